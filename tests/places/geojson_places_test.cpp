#include "herd/places/geojson_places.h"

#include <sstream>

#include "gmock/gmock.h"

namespace herd::places {
namespace {

const std::string vaduz =
    R"({"type":"Feature","geometry":{"type":"Point","coordinates":[9.5209,47.141]},"properties":{"name":"Vaduz","place_id":"town:1","types":["locality","political"],"vicinity":"Liechtenstein","attribution":"Towns"}})";
const std::string null_island =
    R"({"type":"Feature","id":"x","geometry":{"type":"Point","coordinates":[-0.0000001,-90,12.5]},"properties":{"name":"\u00dc\"\u0001","place_id":"own:2","types":["establishment"],"vicinity":null,"more":{}}})";

const std::vector<Place> both = {
    {{471410000, 95209000}, "Vaduz", "town:1", {"locality", "political"}, "Liechtenstein", "Towns"},
    {{-900000000, -1}, "\xc3\x9c\"\x01", "own:2", {"establishment"}, "", ""},
};

std::vector<Place> read(const std::string& text) {
  std::istringstream in(text);
  std::vector<Place> places;
  const auto done = read_geojson_places(in, "towns", [&](const Place& place) -> Result<void> {
    places.push_back(place);
    return {};
  });
  EXPECT_TRUE(done) << done.error().message;
  return places;
}

std::string mistake(const std::string& text) {
  std::istringstream in(text);
  const auto done = read_geojson_places(in, "towns", [](const Place&) -> Result<void> { return {}; });
  return done ? "none" : done.error().message;
}

std::string with(std::string_view geometry, std::string_view properties) {
  return R"({"type":"Feature","geometry":)" + std::string(geometry) + R"(,"properties":)" + std::string(properties) +
         "}";
}

TEST(GeojsonPlaces, are_read_one_Feature_a_line) {
  EXPECT_EQ(read(vaduz + "\n" + null_island + "\n"), both);
  EXPECT_EQ(read(vaduz + "\r\n\r\n" + null_island), both);
  EXPECT_EQ(read(""), std::vector<Place>{});
}

TEST(GeojsonPlaces, may_have_the_record_separators_of_RFC_8142) {
  EXPECT_EQ(read("\x1e" + vaduz + "\n\x1e" + null_island + "\n"), both);
}

TEST(GeojsonPlaces, name_the_line_of_a_mistake) {
  const std::string point = R"({"type":"Point","coordinates":[9.5,47.1]})";
  const std::string wrong_point = "towns:1: geometry.coordinates must be [longitude, latitude] in degrees";
  EXPECT_EQ(mistake(vaduz + "\n\n" + "{\"type\":\n"),
            "towns:3: not JSON in UTF-8, one Feature a line: incomplete JSON");
  EXPECT_EQ(mistake(vaduz + "\nhello\n"), "towns:2: not JSON in UTF-8, one Feature a line: syntax error");
  EXPECT_EQ(mistake("\"Z\xfcrich\""), "towns:1: not JSON in UTF-8, one Feature a line: syntax error");
  EXPECT_EQ(mistake(R"({"type":"FeatureCollection","features":[]})"),
            "towns:1: not a GeoJSON Feature; write one Feature a line");
  EXPECT_EQ(mistake("[]"), "towns:1: not a GeoJSON Feature; write one Feature a line");
  EXPECT_EQ(mistake(with(R"({"type":"Polygon","coordinates":[]})", "{}")),
            "towns:1: geometry must be a Point; give lines and areas a point of their own first");
  EXPECT_EQ(mistake(with("null", "{}")),
            "towns:1: geometry must be a Point; give lines and areas a point of their own first");
  for (const auto* coordinates : {"[]", "[1]", R"(["1","2"])", "[180.1,0]", "[0,-90.1]", "[1e999,0]", "7", "null"}) {
    EXPECT_EQ(mistake(with(R"({"type":"Point","coordinates":)" + std::string(coordinates) + "}", "{}")), wrong_point)
        << coordinates;
  }
  EXPECT_EQ(mistake(with(point, "null")), "towns:1: properties are missing; a place needs name, place_id and types");
  EXPECT_EQ(mistake(with(point, R"({"name":7})")), "towns:1: properties.name must be a string");
  EXPECT_EQ(mistake(with(point, R"({"name":"a","place_id":["b"]})")), "towns:1: properties.place_id must be a string");
  EXPECT_EQ(mistake(with(point, R"({"name":"a","place_id":"b"})")),
            "towns:1: properties.types must be a list of strings");
  EXPECT_EQ(mistake(with(point, R"({"name":"a","place_id":"b","types":["c",7]})")),
            "towns:1: properties.types must be a list of strings");
}

TEST(GeojsonPlaces, name_the_line_of_a_place_that_is_not_taken) {
  std::istringstream in(vaduz + "\n" + null_island + "\n");
  int left = 1;
  const auto done = read_geojson_places(in, "towns", [&](const Place&) -> Result<void> {
    if (left-- == 0) return Error{"too many"};
    return {};
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "towns:2: too many");
}

TEST(GeojsonPlaces, cut_off_anywhere_are_a_mistake_and_no_crash) {
  for (std::size_t length = 1; length < vaduz.size(); ++length) {
    EXPECT_THAT(mistake(vaduz.substr(0, length)), testing::StartsWith("towns:1: ")) << length;
  }
}

TEST(GeojsonPlaces, nested_without_end_are_a_mistake_and_no_crash) {
  EXPECT_EQ(mistake(std::string(100'000, '[')), "towns:1: not JSON in UTF-8, one Feature a line: too deep");
}

}  // namespace
}  // namespace herd::places
