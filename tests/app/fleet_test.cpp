#include "herd/app/fleet.h"

#include <gtest/gtest.h>

namespace herd::app {
namespace {

using geo::Location;

/// Three points on the equator, at 0, 2 and 6 s: 0, 20 and 60 units of 1e-7 degree to the east.
const Track eastward{"east", {{{0, 0}, 100 * second}, {{0, 20}, 102 * second}, {{0, 60}, 106 * second}}};

/// Every report as it falls due until `until`, "client@longitude:seconds".
std::vector<std::string> drive(Fleet& fleet, Duration until) {
  std::vector<std::string> reports;
  for (auto due = fleet.next_due(); due && *due <= until; due = fleet.next_due()) {
    const auto report = fleet.take_report(*due);
    reports.push_back(std::string{report.client} + '@' + std::to_string(report.location.longitude_e7) + ':' +
                      std::to_string(*due / second));
  }
  return reports;
}

using Reports = std::vector<std::string>;

TEST(Fleet, a_client_reports_at_each_point_of_its_track_and_arrives) {
  const Course course{eastward};
  Fleet fleet{false};
  fleet.add("a", course, 0);
  EXPECT_EQ(fleet.reports_left(), 3u);
  EXPECT_EQ(drive(fleet, 1000 * second), (Reports{"a@0:0", "a@20:2", "a@60:6"}));
  EXPECT_EQ(fleet.next_due(), std::nullopt);
  EXPECT_EQ(fleet.reports_left(), 0u);
  EXPECT_EQ(fleet.skipped(), 0u);
}

TEST(Fleet, a_shifted_client_drives_the_whole_track_from_where_it_begins) {
  const Course course{eastward};
  Fleet fleet{false};
  fleet.add("a", course, 1 * second);
  fleet.add("b", course, 6 * second + second / 2);  // between the end and the next lap
  EXPECT_EQ(drive(fleet, 1000 * second), (Reports{"b@0:0", "a@20:1", "b@20:2", "a@60:5", "a@0:6", "b@60:6"}));
}

TEST(Fleet, with_loop_the_next_lap_begins_a_second_after_the_last_one) {
  const Course course{eastward};
  Fleet fleet{true};
  fleet.add("a", course, 0);
  EXPECT_EQ(drive(fleet, 14 * second), (Reports{"a@0:0", "a@20:2", "a@60:6", "a@0:7", "a@20:9", "a@60:13", "a@0:14"}));
}

TEST(Fleet, a_late_report_says_where_the_client_is_now_and_skips_what_it_passed) {
  const Course course{eastward};
  Fleet fleet{false};
  fleet.add("a", course, 0);
  EXPECT_EQ(fleet.take_report(second / 2).location, (Location{0, 5}));
  EXPECT_EQ(fleet.take_report(4 * second).location, (Location{0, 40}));
  EXPECT_EQ(fleet.skipped(), 0u);
  EXPECT_EQ(fleet.take_report(100 * second).location, (Location{0, 60}));
  EXPECT_EQ(fleet.next_due(), std::nullopt);

  Fleet late{true};
  late.add("a", course, 0);
  EXPECT_EQ(late.take_report(70 * second + second).location, (Location{0, 10}));
  EXPECT_EQ(late.skipped(), 30u);
  EXPECT_EQ(late.next_due(), 72 * second);
}

TEST(Fleet, pauses_longer_than_a_minute_are_shortened_to_one) {
  const Course course{Track{"p", {{{0, 0}, 0}, {{0, 1}, 86'400 * second}, {{0, 2}, 86'401 * second}}}};
  EXPECT_EQ(course.lap(), 62 * second);
}

TEST(Fleet, a_track_of_one_point_stands_still_and_reports_each_second) {
  const Course course{Track{"p", {{{5, 7}, 3}}}};
  Fleet fleet{true};
  fleet.add("a", course, 0);
  EXPECT_EQ(drive(fleet, 2 * second), (Reports{"a@7:0", "a@7:1", "a@7:2"}));
}

TEST(Fleet, nobody_crosses_the_antimeridian_the_long_way_round) {
  const Course course{Track{"p", {{{0, 1'799'999'990}, 0}, {{0, -1'799'999'990}, 2 * second}}}};
  Fleet fleet{false};
  fleet.add("a", course, 0);
  EXPECT_EQ(fleet.take_report(second).location, (Location{0, 1'799'999'990}));
}

TEST(ClientIds, copies_of_a_track_are_numbered_and_no_two_ids_are_alike) {
  const Track point{"", {{{0, 0}, 0}}};
  const auto named = [&](std::string name) { return Track{std::move(name), point.points}; };
  EXPECT_EQ(client_ids({named("up hill"), named("down")}, 5),
            (Reports{"up-hill", "down", "up-hill-2", "down-2", "up-hill-3"}));
  EXPECT_EQ(client_ids({named("a"), named("a"), named("a-2")}, 4), (Reports{"a", "a-2", "a-2-2", "a-3"}));
  EXPECT_EQ(client_ids({named(std::string(9000, 'x'))}, 2)[1], std::string(1000, 'x') + "-2");
}

}  // namespace
}  // namespace herd::app
