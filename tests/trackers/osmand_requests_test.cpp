#include <gtest/gtest.h>

#include "trackers/phones.h"

namespace herd::trackers {
namespace {

TEST(OsmAndOverHttp, may_send_some_fields_in_the_query_and_some_in_a_form) {
  Phones phones;
  EXPECT_EQ(phones.answer({.target = "/?id=known", .body = osmand_query.substr(9)}), "200 ");
  EXPECT_EQ(phones.at("known"), osmand_at);
}

TEST(OsmAndOverHttp, is_told_what_is_wrong_with_a_point) {
  Phones phones;
  EXPECT_EQ(phones.answer({.method = "GET", .target = "/?lat=1&lon=2"}),
            "400 the id of the device is missing; it goes into the address: ?id=my-phone&lat=...");
  EXPECT_EQ(phones.answer({.method = "GET", .target = "/?id=p&lat=1&lon=181"}),
            R"(400 the longitude is \"181\"; it must be a number of degrees from -180 to 180)");
  EXPECT_EQ(phones.answer({.method = "GET", .target = "/?id=p&lat=1&lon=2&timestamp=soon"}),
            R"(400 the time is \"soon\"; it must be POSIX seconds (1621464827.5), milliseconds, or ISO 8601 )"
            R"((2021-05-19T22:53:47.5Z))");
  EXPECT_EQ(phones.counted(TrackerApp::osmand), "3 0 3 0");
  EXPECT_EQ(phones.log.lines.size(), 3U);
}

}  // namespace
}  // namespace herd::trackers
