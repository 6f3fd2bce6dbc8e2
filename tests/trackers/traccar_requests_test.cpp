#include <gtest/gtest.h>

#include "trackers/phones.h"

namespace herd::trackers {
namespace {

TEST(TraccarClientOverHttp, may_say_only_that_it_is_alive) {
  Phones phones;
  EXPECT_EQ(phones.answer({.body = R"({"location":{"event":"heartbeat"},"device_id":"7"})"}), "200 ");
  EXPECT_EQ(phones.answer({.body = R"({"device_id":"7"})"}), "200 ");
  EXPECT_EQ(phones.counted(TrackerApp::traccar), "2 0 0 0");
}

TEST(TraccarClientOverHttp, is_told_that_all_is_well_with_a_point_that_is_not) {
  Phones phones;
  EXPECT_EQ(phones.answer({.body = R"({"location":{"coords":{"latitude":1}},"device_id":"7"})"}), "200 ");
  EXPECT_EQ(phones.answer({.body = R"({"location":{"coords":{"latitude":1,"longitude":2}}})"}), "200 ");
  EXPECT_EQ(phones.answer({.body = R"({"device_id":"7","location":{"coords":{"latitude":1,"longitude":2}})"}), "200 ");
  EXPECT_EQ(phones.counted(TrackerApp::traccar), "3 0 3 0");
  EXPECT_EQ(phones.herd.reports, 0U);
}

TEST(TraccarClientOverHttp, is_not_asked_who_it_is_where_what_it_sends_breaks_off_before_it_says_so) {
  Phones phones(false);
  constexpr std::string_view nan = R"({"location":{"coords":{"latitude":1,"longitude":2,"heading":NaN}},"device_id":)";
  EXPECT_EQ(phones.answer({.body = std::string(nan) + R"("known"})"}), "200 ");
  EXPECT_EQ(phones.counted(TrackerApp::traccar), "1 0 1 0");
  EXPECT_EQ(phones.send({.body = R"({"location":{"coords":{"latitude":1,"longitude":2}},"device_id":"other"})"}).status,
            401);
}

}  // namespace
}  // namespace herd::trackers
