#include "herd/places/place_file.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "gmock/gmock.h"
#include "herd/base/bytes.h"
#include "herd/places/place_file_format.h"
#include "sample_places.h"

namespace herd::places {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const std::filesystem::path golden = std::filesystem::path(HERD_TEST_DATA_DIR) / "golden.places";

std::string refusal(const std::filesystem::path& file, std::uint64_t verified_bytes_max = 1'000'000) {
  const auto opened = PlaceFile::open(file, verified_bytes_max);
  return opened ? "opened" : opened.error().message;
}

/// Asks everything there is to ask; a damaged file may answer nonsense, but in bounds.
std::size_t ask_everything(const PlaceFile& file) {
  std::size_t bytes = 0;
  for (const geo::Location center :
       {geo::Location{471410000, 95209000}, {900'000'000, 0}, {-167000000, -1'800'000'000}}) {
    for (const auto [distance_m, number] : file.nearest(center, 30'000'000, 20)) {
      const auto place = file.place(number);
      if (!place) continue;
      bytes += place->name.size() + place->place_id.size() + place->vicinity.size() + place->attribution.size();
      for (const auto type : place->types) bytes += type.size();
    }
  }
  return bytes;
}

class PlaceFileTest : public testing::Test {
 protected:
  std::filesystem::path file_ = temporary_file("file.places");
  std::string good_ = read_bytes(golden);

  void TearDown() override { std::filesystem::remove(file_); }
};

TEST_F(PlaceFileTest, is_written_byte_for_byte_as_documented) {
  const auto written = temporary_file("golden.places");
  write_places(written, sample_places());
  ASSERT_EQ(read_bytes(written), good_)
      << "if the format has changed: raise its version, change docs/place-file.md, and "
      << "copy " << written << " to " << golden;
  std::filesystem::remove(written);
}

TEST_F(PlaceFileTest, gives_back_what_was_written) {
  const auto opened = PlaceFile::open(golden).value();
  EXPECT_EQ(opened.size(), 10);
  EXPECT_EQ(opened.bytes(), good_.size());
  std::vector<Place> read;
  for (std::uint64_t i = 0; i < opened.size(); ++i) {
    const auto place = opened.place(i).value();
    read.push_back({place.location,
                    std::string(place.name),
                    std::string(place.place_id),
                    {place.types.begin(), place.types.end()},
                    std::string(place.vicinity),
                    std::string(place.attribution)});
  }
  EXPECT_THAT(read, testing::UnorderedElementsAreArray(sample_places()));
  EXPECT_THAT(opened.attributions(),
              testing::ElementsAre("Towns by <a href=\"towns.example\">Towns</a>", "(c) Mappers", ""));
}

TEST_F(PlaceFileTest, may_be_empty) {
  write_places(file_, {});
  const auto opened = PlaceFile::open(file_).value();
  EXPECT_EQ(opened.size(), 0);
  EXPECT_TRUE(opened.nearest({0, 0}, 20'000'000, 5).empty());
}

TEST_F(PlaceFileTest, is_the_old_one_whole_for_whoever_has_it_open_when_it_is_replaced) {
  write_places(file_, sample_places());
  const auto opened = PlaceFile::open(file_).value();
  write_places(file_, {});
  EXPECT_GT(ask_everything(opened), 0);
  EXPECT_EQ(PlaceFile::open(file_).value().size(), 0);
  EXPECT_FALSE(std::filesystem::exists(file_.string() + ".tmp"));
}

TEST_F(PlaceFileTest, that_cannot_be_written_leaves_the_old_one) {
  PlaceFileWriter writer;
  const auto written = writer.write("/nowhere/at/all.places");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().message,
            "/nowhere/at/all.places.tmp: cannot be written: No such file or directory; choose a folder that exists and "
            "may be written to");

  std::filesystem::create_directory(file_);  // a folder cannot be replaced by a file
  const auto renamed = writer.write(file_);
  ASSERT_FALSE(renamed);
  EXPECT_THAT(renamed.error().message, StartsWith(file_.string() + ": could not be written: "));
  EXPECT_FALSE(std::filesystem::exists(file_.string() + ".tmp"));
}

TEST_F(PlaceFileTest, is_refused_when_it_is_none) {
  EXPECT_EQ(refusal("/nowhere/at/all.places"),
            "/nowhere/at/all.places: No such file or directory; name a file made with \"proxyherd places import\"");
  EXPECT_EQ(refusal("/"), "/: not a file; name a file made with \"proxyherd places import\"");
  EXPECT_EQ(refusal("/dev/null"), "/dev/null: not a file; name a file made with \"proxyherd places import\"");
  write_bytes(file_, "");
  EXPECT_EQ(refusal(file_), file_.string() +
                                ": place file ends too early, at byte 0; restore it or make it again with "
                                "\"proxyherd places import\"");
  write_bytes(file_, std::string(1000, 'x'));
  EXPECT_EQ(refusal(file_), file_.string() +
                                ": not a place file: it does not begin with pxplaces; make one with "
                                "\"proxyherd places import\"");
}

TEST_F(PlaceFileTest, of_another_version_is_refused) {
  overwrite_le(good_, format::version_at, std::uint32_t{2});
  write_bytes(file_, good_);
  EXPECT_EQ(refusal(file_), file_.string() +
                                ": place file of version 2 at byte 8, but this proxyherd reads version 1; "
                                "import it again with this proxyherd, or use the one that made it");
}

TEST_F(PlaceFileTest, cut_off_anywhere_is_refused) {
  for (std::size_t length = 0; length < good_.size(); ++length) {
    write_bytes(file_, good_.substr(0, length));
    EXPECT_THAT(refusal(file_, 0), HasSubstr("; restore it or make it again with \"proxyherd places import\""))
        << length;
  }
  write_bytes(file_, good_ + '\0');
  EXPECT_EQ(refusal(file_, 0), file_.string() + ": place file has " + std::to_string(good_.size() + 1) +
                                   " bytes, not the " + std::to_string(good_.size()) +
                                   " stated at byte 24; restore it or make it again with \"proxyherd places import\"");
}

TEST_F(PlaceFileTest, with_any_byte_changed_is_refused) {
  for (std::size_t at = 0; at < good_.size(); ++at) {
    auto bad = good_;
    bad[at] = static_cast<char>(~bad[at]);
    write_bytes(file_, bad);
    EXPECT_THAT(refusal(file_), StartsWith(file_.string() + ": ")) << at;
  }
}

TEST_F(PlaceFileTest, too_large_to_be_verified_when_opened_answers_in_bounds_with_any_byte_changed) {
  const std::size_t head_bytes = format::load<std::uint32_t>(good_.data() + format::head_bytes_at);
  for (std::size_t at = head_bytes; at < good_.size(); ++at) {
    for (const unsigned mask : {0xffU, 0x80U, 0x01U}) {
      auto bad = good_;
      bad[at] = static_cast<char>(static_cast<unsigned char>(bad[at]) ^ mask);
      write_bytes(file_, bad);
      const auto opened = PlaceFile::open(file_, 0).value();
      ask_everything(opened);
      const auto verified = opened.verify();
      ASSERT_FALSE(verified);
      EXPECT_EQ(verified.error().message, file_.string() +
                                              ": checksum of the body differs at byte 32; restore it or "
                                              "make it again with \"proxyherd places import\"");
    }
  }
}

TEST_F(PlaceFileTest, whose_head_lies_with_a_right_checksum_is_refused_or_answers_in_bounds) {
  const std::size_t head_bytes = format::load<std::uint32_t>(good_.data() + format::head_bytes_at);
  std::size_t refused = 0;
  for (std::size_t at = 0; at < head_bytes; ++at) {
    for (const unsigned mask : {0xffU, 0x80U, 0x08U, 0x01U}) {
      auto bad = good_;
      bad[at] = static_cast<char>(static_cast<unsigned char>(bad[at]) ^ mask);
      const std::size_t length = format::load<std::uint32_t>(bad.data() + format::head_bytes_at);
      if (length >= format::tables_at && length <= bad.size()) {
        overwrite_le(bad, format::head_checksum_at,
                     std::uint64_t{XXH3_64bits(bad.data() + format::file_bytes_at, length - format::file_bytes_at)});
      }
      write_bytes(file_, bad);
      const auto opened = PlaceFile::open(file_, 0);
      if (opened) ask_everything(*opened);
      refused += opened ? 0U : 1U;
    }
  }
  EXPECT_GT(refused, 0);
}

TEST(PlaceFileWriter, refuses_what_is_no_place) {
  const Place good = sample_places().front();
  PlaceFileWriter writer;
  const auto refusal = [&](auto change) {
    auto bad = good;
    change(bad);
    const auto added = writer.add(bad);
    return added ? "taken" : added.error().message;
  };
  EXPECT_EQ(refusal([](Place&) {}), "taken");
  EXPECT_EQ(refusal([](Place& p) { p.location.latitude_e7 = 900'000'001; }),
            "location is off the Earth; latitudes go from -90 to 90, longitudes from -180 to 180");
  EXPECT_EQ(refusal([](Place& p) { p.location.longitude_e7 = -1'800'000'001; }),
            "location is off the Earth; latitudes go from -90 to 90, longitudes from -180 to 180");
  EXPECT_EQ(refusal([](Place& p) { p.name.clear(); }), "name is missing; every place needs one");
  EXPECT_EQ(refusal([](Place& p) { p.place_id.clear(); }), "place_id is missing; every place needs a stable one");
  EXPECT_EQ(refusal([](Place& p) { p.types.clear(); }), "types must be a list of 1 to 255 names");
  EXPECT_EQ(refusal([](Place& p) { p.types.assign(256, "cafe"); }), "types must be a list of 1 to 255 names");
  EXPECT_EQ(refusal([](Place& p) { p.types = {std::string(256, 'x')}; }),
            "a type has 256 bytes; at most 255 are possible");
  EXPECT_EQ(refusal([](Place& p) { p.name.assign(65'535, 'x'); }), "taken");
  EXPECT_EQ(refusal([](Place& p) { p.name.assign(65'536, 'x'); }), "name has 65536 bytes; at most 65535 are possible");
  EXPECT_EQ(refusal([](Place& p) { p.name = "Z\xfcrich"; }), "name is not valid UTF-8; convert the input to UTF-8");
  EXPECT_EQ(refusal([](Place& p) { p.vicinity = "\xed\xa0\x80"; }),
            "vicinity is not valid UTF-8; convert the input to UTF-8");
  EXPECT_EQ(writer.size(), 2);
}

TEST(PlaceFileWriter, refuses_more_kinds_of_places_than_the_format_can_number) {
  PlaceFileWriter writer;
  Place place = sample_places().front();
  for (int i = 0; i < 65'536; ++i) {
    place.types = {std::to_string(i)};
    ASSERT_TRUE(writer.add(place)) << i;
  }
  place.types = {"one more"};
  const auto added = writer.add(place);
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().message, "more than 65,536 different lists of types; split the import into several files");
}

}  // namespace
}  // namespace herd::places
