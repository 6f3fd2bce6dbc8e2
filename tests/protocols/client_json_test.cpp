#include "herd/protocols/client_json.h"

#include <gtest/gtest.h>

#include "herd/wire/attributes.h"

namespace herd::protocols {
namespace {

constexpr Time now = 1621464840'304999404;

std::string json_of(std::string_view line, const wire::Attributes& attributes = {}, const ClientExtras& extras = {}) {
  std::string out;
  append_client_json(out, wire::parse_record(line).value(), wire::pack(attributes), extras);
  return out;
}

TEST(ClientJson, has_the_digits_of_coordinates_and_time_as_they_were_reported) {
  EXPECT_EQ(json_of("AT Riley +0.263873386 phone-7 +34.068930-118.445127 1621464827.959498503"),
            R"({"client":"phone-7","lat":34.068930,"lon":-118.445127,"time":1621464827.959498503,)"
            R"("server":"Riley","difference":0.263873386})");
}

TEST(ClientJson, tells_age_distance_and_attributes_where_there_are_some) {
  wire::Attributes attributes;
  attributes.accuracy_m = 15;
  attributes.altitude_m = -12.3;
  attributes.speed_mps = 1.07;
  attributes.course_deg = 359.9;
  attributes.battery_percent = 0;
  attributes.others = {{"activity", "on \"foot\""}, {"wifi", "zuhaus\xc3\xa9"}};
  EXPECT_EQ(json_of("AT Riley -0.500000000 p +1.5+2.5 1621464827", attributes, {now, 15.249}),
            R"({"client":"p","lat":1.5,"lon":2.5,"time":1621464827,"server":"Riley","difference":-0.500000000,)"
            R"("age":13.304999404,"distance_m":15.2,"attributes":{"accuracy_m":15,"altitude_m":-12.3,)"
            R"("speed_mps":1.07,"course_deg":359.9,"battery_percent":0,)"
            "\"others\":{\"activity\":\"on \\\"foot\\\"\",\"wifi\":\"zuhaus\xc3\xa9\"}}}");
}

TEST(ClientJson, tells_the_age_of_a_client_ahead_of_us_as_negative_and_whole_metres_without_a_dot) {
  EXPECT_EQ(json_of("AT R +0.000000000 p +1.5+2.5 1621464850.304999404", {}, {now, 0}),
            R"({"client":"p","lat":1.5,"lon":2.5,"time":1621464850.304999404,"server":"R","difference":0.000000000,)"
            R"("age":-10.000000000,"distance_m":0})");
}

TEST(ClientJson, is_valid_whatever_the_line_port_took) {
  // Leading zeros, a minus before zero, dots without digits, more digits than are counted, bytes that are no UTF-8.
  EXPECT_EQ(json_of("AT R +0.000000000 a\"\xff +007.10-000.0 0001621464827."),
            "{\"client\":\"a\\\"\xef\xbf\xbd\",\"lat\":7.10,\"lon\":-0.0,\"time\":1621464827,\"server\":\"R\","
            "\"difference\":0.000000000}");
  EXPECT_EQ(json_of("AT R +0.000000000 p -12.12345678901+00 1621464827.1234567891"),
            R"({"client":"p","lat":-12.12345678901,"lon":0,"time":1621464827.1234567891,"server":"R",)"
            R"("difference":0.000000000})");
}

TEST(ClientJson, is_a_feature_of_geojson_with_longitude_first) {
  wire::Attributes attributes;
  attributes.speed_mps = 2;
  std::string out;
  append_client_feature(
      out, wire::parse_record("AT Riley +0.263873386 p +34.068930-118.445127 1621464827.959498503").value(),
      wire::pack(attributes), {std::nullopt, 7.06});
  EXPECT_EQ(out, R"({"type":"Feature","geometry":{"type":"Point","coordinates":[-118.445127,34.068930]},)"
                 R"("properties":{"client":"p","time":1621464827.959498503,"server":"Riley",)"
                 R"("difference":0.263873386,"distance_m":7.1,"attributes":{"speed_mps":2}}})");
}

}  // namespace
}  // namespace herd::protocols
