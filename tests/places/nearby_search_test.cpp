#include "herd/places/nearby_search.h"

#include <boost/json.hpp>

#include "gtest/gtest.h"
#include "herd/base/json_text.h"

namespace herd::places {
namespace {

std::string json_text(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(NearbySearchJson, is_in_the_shape_of_Google_with_a_result_a_line) {
  const std::vector<std::string_view> cafe = {"cafe", "food", "point_of_interest", "establishment"};
  const std::vector<std::string_view> locality = {"locality", "political"};
  const std::string_view mappers = "&copy; <a href=\"https://maps.example\">Mappers</a>";
  const std::vector<PlaceView> results = {
      {{-338587323, 1512100055}, "Cruise Bar", "node/1", cafe, "Circular Quay W, The Rocks", mappers},
      {{340000000, -1184451270}, "Los Angeles", "town/2", locality, "", "Towns"},
      {{-5000000, 1}, "Nowhere", "node/3", cafe, "", mappers},
      {{0, 0}, "Null Island", "own/4", cafe, "", ""},
  };
  EXPECT_EQ(nearby_search_json(results),
            R"({
   "html_attributions": ["&copy; <a href=\"https://maps.example\">Mappers</a>", "Towns"],
   "results": [
      {"geometry": {"location": {"lat": -33.8587323, "lng": 151.2100055}}, "name": "Cruise Bar", "place_id": "node/1", "plus_code": {"global_code": "4RRH46R6+G2"}, "reference": "node/1", "types": ["cafe", "food", "point_of_interest", "establishment"], "vicinity": "Circular Quay W, The Rocks"},
      {"geometry": {"location": {"lat": 34, "lng": -118.445127}}, "name": "Los Angeles", "place_id": "town/2", "plus_code": {"global_code": "85632H23+2W"}, "reference": "town/2", "types": ["locality", "political"]},
      {"geometry": {"location": {"lat": -0.5, "lng": 0.0000001}}, "name": "Nowhere", "place_id": "node/3", "plus_code": {"global_code": "6FF2G222+22"}, "reference": "node/3", "types": ["cafe", "food", "point_of_interest", "establishment"]},
      {"geometry": {"location": {"lat": 0, "lng": 0}}, "name": "Null Island", "place_id": "own/4", "plus_code": {"global_code": "6FG22222+22"}, "reference": "own/4", "types": ["cafe", "food", "point_of_interest", "establishment"]}
   ],
   "status": "OK"
})");
}

TEST(NearbySearchJson, says_ZERO_RESULTS_when_there_are_none) {
  EXPECT_EQ(nearby_search_json({}), R"({
   "html_attributions": [],
   "results": [],
   "status": "ZERO_RESULTS"
})");
}

TEST(NearbySearchJson, says_whether_and_when_a_place_is_open_as_far_as_that_is_known) {
  const auto with = [](BusinessStatus status, std::string_view opening_hours) {
    const PlaceView place{.location = {},
                          .name = "P",
                          .place_id = "p",
                          .types = {},
                          .vicinity = "",
                          .attribution = "",
                          .opening_hours = opening_hours,
                          .status = status};
    const auto json = nearby_search_json({&place, 1});
    const auto begin = json.find("      {") + 7;
    return json.substr(begin, json.find("\"place_id\"") - begin);
  };
  const std::string middle = R"("geometry": {"location": {"lat": 0, "lng": 0}}, "name": "P", )";
  EXPECT_EQ(with(BusinessStatus::unknown, ""), middle);
  EXPECT_EQ(with(BusinessStatus::operational, "by appointment"), R"("business_status": "OPERATIONAL", )" + middle);
  EXPECT_EQ(with(BusinessStatus::closed_temporarily, ""), R"("business_status": "CLOSED_TEMPORARILY", )" + middle);
  EXPECT_EQ(with(BusinessStatus::closed_permanently, ""), R"("business_status": "CLOSED_PERMANENTLY", )" + middle);
  EXPECT_EQ(with(BusinessStatus::unknown, "24/7"),
            middle + R"("opening_hours": {"open_now": true, "periods": [{"open": {"day": 0, "time": "0000"}}]}, )");
  EXPECT_EQ(with(BusinessStatus::unknown, "Mo 08:05-12:00; Sa 22:00-04:00"),
            middle + R"("opening_hours": {"periods": [)"
                     R"({"close": {"day": 1, "time": "1200"}, "open": {"day": 1, "time": "0805"}}, )"
                     R"({"close": {"day": 0, "time": "0400"}, "open": {"day": 6, "time": "2200"}}]}, )");
}

TEST(NearbySearchJson, tells_its_reader_what_there_is_to_know) {
  EXPECT_EQ(nearby_search_json({}, "Google \"slept\""), R"({
   "html_attributions": [],
   "info_messages": ["Google \"slept\""],
   "results": [],
   "status": "ZERO_RESULTS"
})");
}

TEST(NearbySearchJson, escapes_what_JSON_wants_escaped) {
  EXPECT_EQ(json_text(R"(Café "Zum \ Hirsch")"), R"("Café \"Zum \\ Hirsch\"")");
  EXPECT_EQ(json_text(std::string_view("\0\x01\t\n\n\r\x1f\x7f/", 9)),
            R"("\u0000\u0001\u0009\n\n\u000d\u001f\u007f/")");
  EXPECT_EQ(json_text("\xe6\xb1\x89 \xf0\x9f\x8d\xbb"), "\"\xe6\xb1\x89 \xf0\x9f\x8d\xbb\"");
}

TEST(NearbySearchJson, is_valid_UTF_8_whatever_the_place_file_holds) {
  EXPECT_EQ(json_text("Z\xfcrich\xff"), "\"Z\uFFFDrich\uFFFD\"");
  EXPECT_EQ(json_text("\xe2\x82"), "\"\uFFFD\uFFFD\"");
}

TEST(NearbySearchJson, gives_every_two_bytes_back_to_a_JSON_parser) {
  for (unsigned i = 0; i < 0x10000; ++i) {
    const std::string text{static_cast<char>(i >> 8U), static_cast<char>(i & 0xffU)};
    const auto json = json_text(text);
    boost::system::error_code error;
    const auto parsed = boost::json::parse(json, error);
    ASSERT_FALSE(error) << i;
    if ((i & 0x8080U) == 0) ASSERT_EQ(parsed.as_string(), text);
    ASSERT_EQ(json.find('\n'), std::string::npos);
  }
}

}  // namespace
}  // namespace herd::places
