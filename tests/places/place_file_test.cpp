#include "herd/places/place_file.h"

#define XXH_INLINE_ALL
#include <functional>
#include <set>
#include <xxhash.h>

#include "gmock/gmock.h"
#include "herd/base/bytes.h"
#include "herd/places/nearby_search.h"
#include "herd/places/place_file_format.h"
#include "sample_places.h"

namespace herd::places {
namespace {

using testing::ElementsAre;
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
    for (const auto* const type : {"", "cafe"}) {
      for (const auto* const keyword : {"", "a"}) {
        for (const auto [distance_m, number] : file.nearest({center, 30'000'000, 20, type}, SearchWords(keyword))) {
          const auto place = file.place(number);
          if (place) bytes += nearby_search_json({&*place, 1}).size();
        }
      }
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
                    std::string(place.attribution),
                    std::string(place.other_names),
                    std::string(place.opening_hours),
                    place.status});
  }
  EXPECT_THAT(read, testing::UnorderedElementsAreArray(sample_places()));
  EXPECT_THAT(opened.attributions(),
              testing::ElementsAre("Towns by <a href=\"towns.example\">Towns</a>", "(c) Mappers", ""));
}

TEST_F(PlaceFileTest, may_be_empty) {
  write_places(file_, {});
  const auto opened = PlaceFile::open(file_).value();
  EXPECT_EQ(opened.size(), 0);
  EXPECT_TRUE(opened.nearest({{0, 0}, 20'000'000, 5}, SearchWords("")).empty());
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
  const auto written = PlaceFileWriter("/nowhere/at/all.places").write();
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().message,
            "/nowhere/at/all.places.tmp: cannot be written: No such file or directory; choose a folder that exists and "
            "may be written to");

  std::filesystem::create_directory(file_);  // a folder cannot be replaced by a file
  const auto renamed = PlaceFileWriter(file_).write();
  ASSERT_FALSE(renamed);
  EXPECT_THAT(renamed.error().message, StartsWith(file_.string() + ": cannot be replaced: "));
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
  overwrite_le(good_, format::version_at, std::uint32_t{1});
  write_bytes(file_, good_);
  EXPECT_EQ(refusal(file_), file_.string() +
                                ": place file of version 1 at byte 8, but this proxyherd reads version 2; "
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
  PlaceFileWriter writer(temporary_file("never-written.places"));
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

std::vector<std::string> place_ids(const PlaceFile& file) {
  std::vector<std::string> ids;
  for (std::uint64_t i = 0; i < file.size(); ++i) ids.emplace_back(file.place(i).value().place_id);
  return ids;
}

TEST_F(PlaceFileTest, has_of_several_places_with_one_id_the_newest_and_of_those_the_last) {
  const auto named = [](std::string name) {
    Place place = sample_places().front();
    place.name = std::move(name);
    return place;
  };
  PlaceFileWriter writer(file_);
  ASSERT_TRUE(writer.add(named("of version 3"), 3));
  ASSERT_TRUE(writer.add(named("of version 4"), 4));
  ASSERT_TRUE(writer.add(named("of version 4, the last"), 4));
  ASSERT_TRUE(writer.add(named("of version 2"), 2));
  EXPECT_EQ(writer.size(), 4);
  EXPECT_EQ(writer.write().value(), 1);
  const auto opened = PlaceFile::open(file_).value();
  EXPECT_EQ(opened.size(), 1);
  EXPECT_EQ(opened.place(0).value().name, "of version 4, the last");
}

TEST_F(PlaceFileTest, is_the_same_whatever_memory_its_writer_had_and_leaves_nothing_beside_it) {
  std::vector<Place> places;
  for (std::int32_t i = 0; i < 3000; ++i) {
    auto place = sample_places().at(static_cast<std::size_t>(i) % 10);
    place.location = {i * 7919 % 1000 * 800'000, i * 104'729 % 3000 * 600'000 - 900'000'000};
    place.place_id = "place:" + std::to_string(i % 2500);
    places.push_back(place);
  }
  std::vector<std::string> written;
  for (const std::size_t memory_bytes : {PlaceFileWriter::memory_bytes_max, std::size_t{20'000}, std::size_t{2000}}) {
    PlaceFileWriter writer(file_, memory_bytes);
    for (const auto& place : places) ASSERT_TRUE(writer.add(place));
    EXPECT_EQ(writer.write().value(), 2500);
    written.push_back(read_bytes(file_));
    for (const auto* const ending : {".tmp", ".tmp.ids", ".tmp.cells"}) {
      EXPECT_FALSE(std::filesystem::exists(file_.string() + ending)) << ending;
    }
  }
  EXPECT_EQ(written[0], written[1]);
  EXPECT_EQ(written[0], written[2]);
  const auto ids = place_ids(PlaceFile::open(file_).value());
  EXPECT_EQ(std::set(ids.begin(), ids.end()).size(), 2500);
}

TEST_F(PlaceFileTest, finds_by_type_and_by_keyword) {
  write_places(file_, sample_places());
  const auto opened = PlaceFile::open(file_).value();
  const auto found = [&](std::string type, std::string keyword) {
    std::vector<std::string> names;
    const NearbyQuery query{{471410000, 95209000}, 30'000'000, 20, std::move(type), std::move(keyword)};
    for (const auto& [distance_m, number] : opened.nearest(query, SearchWords(query.keyword))) {
      names.emplace_back(opened.place(number).value().name);
    }
    return names;
  };
  EXPECT_THAT(found("cafe", ""), ElementsAre("Caf\xc3\xa9 \"Amann\""));
  EXPECT_THAT(found("establishment", ""), ElementsAre("Caf\xc3\xa9 \"Amann\"", "Null Island", "Matei Airport"));
  EXPECT_THAT(found("caf", ""), ElementsAre());
  EXPECT_THAT(found("", "CAFE  vaduz"), ElementsAre("Caf\xc3\xa9 \"Amann\""));
  EXPECT_THAT(found("", "ammann"), ElementsAre("Caf\xc3\xa9 \"Amann\""));
  EXPECT_THAT(found("locality", "cal"), ElementsAre("Los Angeles", "Santa Monica"));
  EXPECT_THAT(found("locality", "cafe"), ElementsAre());
}

TEST(PlaceFileWriter, refuses_more_types_kinds_and_sources_than_the_format_can_number) {
  const auto refusal = [](const std::function<void(Place&, int)>& make) {
    PlaceFileWriter writer(temporary_file("never-written.places"));
    Place place = sample_places().front();
    for (int i = 0; i < 65'536; ++i) {
      make(place, i);
      EXPECT_TRUE(writer.add(place)) << i;
    }
    make(place, 65'536);
    const auto added = writer.add(place);
    return added ? "taken" : added.error().message;
  };
  EXPECT_EQ(refusal([](Place& place, int i) { place.types = {std::to_string(i)}; }),
            "more than 65,536 different types; split the import into several files");
  EXPECT_EQ(refusal([](Place& place, int i) { place.types = {std::to_string(i / 300), std::to_string(i % 300)}; }),
            "more than 65,536 different lists of types; split the import into several files");
  EXPECT_EQ(refusal([](Place& place, int i) { place.attribution = std::to_string(i); }),
            "more than 65,536 different attributions; split the import into several files");
}

}  // namespace
}  // namespace herd::places
