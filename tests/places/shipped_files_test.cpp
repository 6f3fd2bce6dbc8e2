#include "herd/places/shipped_files.h"

#include <algorithm>
#include <cstdlib>

#include "gmock/gmock.h"
#include "sample_places.h"

namespace herd::places {
namespace {

const std::filesystem::path data = std::filesystem::path(HERD_SOURCE_DIR) / "data";

class ShippedFiles : public testing::Test {
 protected:
  std::filesystem::path folder_ = temporary_file("tree");

  void SetUp() override { ::unsetenv("PROXYHERD_DATA"); }
  void TearDown() override {
    ::unsetenv("PROXYHERD_DATA");
    std::filesystem::remove_all(folder_);
  }
  void touch(const std::filesystem::path& file) const {
    std::filesystem::create_directories((folder_ / file).parent_path());
    write_bytes(folder_ / file, "");
  }
};

TEST_F(ShippedFiles, are_found_from_the_program_in_the_source_tree) {
  touch("build/release/proxyherd");
  touch("data/world.places");
  touch("data/liechtenstein.places");
  touch("data/world.places.tmp");
  touch("data/README");
  EXPECT_THAT(shipped_place_files(folder_ / "build/release/proxyherd"),
              testing::ElementsAre(folder_ / "data/liechtenstein.places", folder_ / "data/world.places"));
}

TEST_F(ShippedFiles, are_found_from_the_installed_program) {
  touch("usr/bin/proxyherd");
  touch("usr/share/proxyherd/world.places");
  touch("data/other.places");
  EXPECT_THAT(shipped_place_files(folder_ / "usr/bin/proxyherd"),
              testing::ElementsAre(folder_ / "usr/share/proxyherd/world.places"));
}

TEST_F(ShippedFiles, are_those_of_the_folder_that_the_environment_names) {
  touch("build/release/proxyherd");
  touch("data/world.places");
  touch("elsewhere/own.places");
  ::setenv("PROXYHERD_DATA", (folder_ / "elsewhere").c_str(), 1);
  EXPECT_THAT(shipped_place_files(folder_ / "build/release/proxyherd"),
              testing::ElementsAre(folder_ / "elsewhere/own.places"));
  ::setenv("PROXYHERD_DATA", (folder_ / "nowhere").c_str(), 1);
  EXPECT_THAT(shipped_place_files(folder_ / "build/release/proxyherd"), testing::ElementsAre());
}

TEST_F(ShippedFiles, may_be_none) {
  EXPECT_THAT(shipped_place_files(folder_ / "build/release/proxyherd"), testing::ElementsAre());
}

std::size_t count_type(const PlaceFile& file, std::string_view type) {
  std::size_t count = 0;
  for (std::uint64_t i = 0; i < file.size(); ++i) {
    const auto types = file.place(i).value().types;
    if (std::ranges::find(types, type) != types.end()) ++count;
  }
  return count;
}

TEST(WorldPlaces, are_the_towns_of_15_000_people_and_more_and_the_airports) {
  const auto world = PlaceFile::open(data / "world.places").value();
  EXPECT_EQ(world.size(), 31'626);
  EXPECT_EQ(count_type(world, "political"), 26'416);
  EXPECT_EQ(count_type(world, "airport"), 5'210);
  EXPECT_THAT(world.attributions(),
              testing::UnorderedElementsAre(testing::HasSubstr("GeoNames"), testing::HasSubstr("OurAirports")));
}

TEST(LiechtensteinPlaces, are_613_with_their_restaurants_and_stops) {
  const auto liechtenstein = PlaceFile::open(data / "liechtenstein.places").value();
  EXPECT_EQ(liechtenstein.size(), 613);
  EXPECT_EQ(count_type(liechtenstein, "transit_station"), 313);
  EXPECT_EQ(count_type(liechtenstein, "restaurant"), 28);
  EXPECT_THAT(liechtenstein.attributions(), testing::ElementsAre(testing::HasSubstr("OpenStreetMap contributors")));
}

// WHATSAT kiwi.cs.ucla.edu 10 5
TEST(ShippedPlaces, answer_for_the_kiwi_of_the_assignment_with_towns_around_UCLA) {
  EXPECT_EQ(open_places({data / "liechtenstein.places", data / "world.places"})
                .nearby_search({geo::parse_iso6709("+34.068930-118.445127").value(), 10'000, 5}),
            R"({
   "html_attributions": ["Towns © <a href=\"https://www.geonames.org/\">GeoNames</a>, <a href=\"https://creativecommons.org/licenses/by/4.0/\">CC BY 4.0</a>", "Airports: <a href=\"https://ourairports.com/\">OurAirports</a>, public domain"],
   "results": [
      {"geometry": {"location": {"lat": 34.07362, "lng": -118.40036}}, "name": "Beverly Hills", "place_id": "geonames:5328041", "plus_code": {"global_code": "85633HFX+CV"}, "reference": "geonames:5328041", "types": ["locality", "political"], "vicinity": "California, United States"},
      {"geometry": {"location": {"lat": 34.0158, "lng": -118.450996}}, "name": "Santa Monica Municipal Airport", "place_id": "ourairports:21087", "plus_code": {"global_code": "85632G8X+8J"}, "reference": "ourairports:21087", "types": ["airport", "point_of_interest", "establishment"], "vicinity": "Santa Monica, California, United States"},
      {"geometry": {"location": {"lat": 34.02112, "lng": -118.39647}}, "name": "Culver City", "place_id": "geonames:5341114", "plus_code": {"global_code": "85632JC3+CC"}, "reference": "geonames:5341114", "types": ["locality", "political"], "vicinity": "California, United States"},
      {"geometry": {"location": {"lat": 34.01949, "lng": -118.49138}}, "name": "Santa Monica", "place_id": "geonames:5393212", "plus_code": {"global_code": "85632G95+QC"}, "reference": "geonames:5393212", "types": ["locality", "political"], "vicinity": "California, United States"},
      {"geometry": {"location": {"lat": 34.09001, "lng": -118.36174}}, "name": "West Hollywood", "place_id": "geonames:5408076", "plus_code": {"global_code": "85633JRQ+28"}, "reference": "geonames:5408076", "types": ["locality", "political"], "vicinity": "California, United States"}
   ],
   "status": "OK"
})");
}

}  // namespace
}  // namespace herd::places
