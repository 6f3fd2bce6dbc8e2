#include "herd/trackers/osmand.h"

#include <gtest/gtest.h>

#include "protocols/heard_text.h"
#include "protocols/sample_lines.h"

namespace herd::trackers {
namespace {

constexpr Time now = 1'700'000'000 * second;

std::string heard(std::string_view query) {
  protocols::PhoneReport report;
  read_osmand(http::parse_form(query, 128), report);
  return report.has_position() ? protocols::heard_text(report, now) : "alive: " + std::string(report.client());
}

TEST(OsmAnd, tells_place_time_and_what_it_knows) {
  EXPECT_EQ(heard("id=123456&lat=60.5&lon=-10.25&timestamp=1377177267&hdop=1.1&altitude=-5.5&speed=10&bearing=123.4&"
                  "accuracy=12&batt=87.5&driverUniqueId=jane+doe"),
            "123456 +60.5-10.25 1377177267 [accuracy 12, altitude -5.50, speed 5.14, course 123.40, battery 87.50, "
            "hdop=1.1, driverUniqueId=jane doe]");
}

TEST(OsmAnd, has_more_than_one_name_for_a_thing) {
  EXPECT_EQ(heard("deviceid=p&location=1.5,-2.5&timestamp=3&heading=90&speed_mps=10"),
            "p +1.5-2.5 3 [speed 10, course 90]");
  EXPECT_EQ(heard("id=p&latitude=1.5&longitude=-2.50&timestamp=3"), "p +1.5-2.50 3 []");
  EXPECT_EQ(heard("id=p&lat=1.5&lng=-2.50&timestamp=3"), "p +1.5-2.50 3 []");
}

TEST(OsmAnd, tells_times_in_all_forms) {
  EXPECT_EQ(heard("id=p&lat=1&lon=2&timestamp=1377177267"), "p +1+2 1377177267 []");
  EXPECT_EQ(heard("id=p&lat=1&lon=2&timestamp=1377177267123"), "p +1+2 1377177267.123 []");
  EXPECT_EQ(heard("id=p&lat=1&lon=2&timestamp=2013-08-22T13:14:27.5Z"), "p +1+2 1377177267.5 []");
  EXPECT_EQ(heard("id=p&lat=1&lon=2&timestamp=2013-08-22T15:14:27%2B02:00"), "p +1+2 1377177267 []");
  EXPECT_EQ(heard("id=p&lat=1&lon=2&timestamp=2013-08-22+13:14:27"), "p +1+2 1377177267 []");
  EXPECT_EQ(heard("id=p&lat=1&lon=2&timestamp=2013-08-22%2013:14:27"), "p +1+2 1377177267 []");
  EXPECT_EQ(heard("id=p&lat=1&lon=2"), "p +1+2 1700000000 []");
  EXPECT_EQ(heard("id=p&lat=1&lon=2&timestamp="), "p +1+2 1700000000 []");
}

TEST(OsmAnd, may_say_only_that_it_is_alive) {
  EXPECT_EQ(heard("id=123456&timestamp=1377177267&cell=257,02,16,2224&cell=257,02,16,2223,-90&"
                  "wifi=00-14-22-01-23-45,-80&wifi=00-1C-B3-09-85-15,-70"),
            "alive: 123456");
  EXPECT_EQ(heard("id=1&lat=&lon="), "alive: 1");
}

TEST(OsmAnd, is_understood_in_every_sample) {
  const auto lines = sample_lines("osmand/query.txt");
  if (lines.empty()) GTEST_SKIP() << "the samples are not here";
  for (const auto& line : lines) EXPECT_EQ(heard(line.substr(line.find('?') + 1)), "alive: 123456") << line;
}

TEST(OsmAnd, keeps_attributes_within_bounds) {
  std::string query = "id=p&lat=1&lon=2&timestamp=3";
  for (int i = 10; i < 100; ++i) query += "&name" + std::to_string(i) + "=" + std::string(40, 'v');
  std::string kept;  // 5 of 49 bytes each: a sixth is more than 255 bytes
  for (int i = 10; i < 15; ++i) {
    kept += (i == 10 ? "name" : ", name") + std::to_string(i) + "=" + std::string(40, 'v');
  }
  EXPECT_EQ(heard(query), "p +1+2 3 [" + kept + "]");
}

TEST(OsmAnd, says_what_is_wrong) {
  EXPECT_EQ(heard("lat=1&lon=2"), "the client id is missing or empty");
  EXPECT_EQ(heard("id=p&lat=1"), "the longitude is missing; it must be a number of degrees from -180 to 180");
  EXPECT_EQ(heard("id=p&lat=%7B0%7D&lon=%7B1%7D"),
            "the latitude is \"{0}\"; it must be a number of degrees from -90 to 90");
}

TEST(OsmAnd, is_told_by_its_fields) {
  for (const auto* const query :
       {"id=1", "deviceid=", "lat=1", "a=b&lon=2", "location=x", "latitude=1", "lng=2", "longitude="}) {
    EXPECT_TRUE(is_osmand(http::parse_form(query, 9))) << query;
  }
  for (const auto* const query : {"", "u=jane&d=phone", "ID=1", "<html>"}) {
    EXPECT_FALSE(is_osmand(http::parse_form(query, 9))) << query;
  }
}

}  // namespace
}  // namespace herd::trackers
