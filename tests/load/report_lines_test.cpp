#include "herd/load/report_lines.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <variant>

#include "herd/geo/location.h"
#include "herd/wire/command.h"

namespace herd::load {
namespace {

std::string next_line(ReportLines& lines, Time time) {
  std::string line(lines.line_bytes(), '\0');
  lines.write(line.data(), time);
  return line;
}

TEST(ReportLines, every_strideth_client_reports_in_turn_and_moves_on_its_next_turn) {
  const MovingClients clients{5, 12, 1000, 7};
  ReportLines lines(clients, 1, 3);
  EXPECT_EQ(lines.clients(), 2u);
  EXPECT_EQ(lines.newest_time(0), 0);
  std::string text;
  for (Time i = 0; i < 4; ++i) text += next_line(lines, 1'621'464'827'959'498'503 + i);
  EXPECT_EQ(text,
            "IAMAT bench-000001 -43.282261+145.877742 1621464827.959498503\n"
            "IAMAT bench-000004 -51.604830+138.342250 1621464827.959498504\n"
            "IAMAT bench-000001 -43.285702+145.866381 1621464827.959498505\n"
            "IAMAT bench-000004 -51.596521+138.336781 1621464827.959498506\n");
  EXPECT_EQ(lines.newest_time(0), 1'621'464'827'959'498'505);
  EXPECT_EQ(lines.newest_time(1), 1'621'464'827'959'498'506);
}

TEST(ReportLines, all_lines_are_valid_reports_with_the_time_given) {
  for (const double step_m : {0.0, 10.0, 100'000.0}) {
    const MovingClients clients{100, 23, step_m, 3};
    ReportLines lines(clients, 0, 1);
    Time time = 1'700'000'000 * second;
    for (int i = 0; i < 20'000; ++i, time += 1'234'567'891) {
      const auto line = next_line(lines, time);
      const auto command = wire::parse_command(line);
      const auto* report = std::get_if<wire::Iamat>(&command);
      ASSERT_NE(report, nullptr) << line;
      ASSERT_EQ(report->client_time, time);
      ASSERT_EQ(report->client.size(), 23u);
    }
  }
}

TEST(ReportLines, a_client_moves_by_one_step_between_its_reports) {
  ReportLines lines({200, 23, 50, 1}, 0, 1);
  std::map<std::string, geo::Location> before;
  std::set<std::pair<int, int>> directions;
  for (int i = 0; i < 2000; ++i) {
    const auto line = next_line(lines, 1'700'000'000 * second + i);
    const auto command = wire::parse_command(line);
    const auto& report = std::get<wire::Iamat>(command);
    const auto [place, is_new] = before.try_emplace(std::string(report.client), report.position);
    if (is_new) continue;
    // Latitude is taken in whole degrees to find how long a step east is.
    ASSERT_NEAR(geo::distance_m(place->second, report.position), 50, 10) << line;
    directions.emplace(place->second.latitude_e7 < report.position.latitude_e7,
                       place->second.longitude_e7 < report.position.longitude_e7);
    place->second = report.position;
  }
  EXPECT_EQ(before.size(), 200u);
  EXPECT_EQ(directions.size(), 4u);
}

TEST(ReportLines, clients_begin_all_over_the_earth) {
  ReportLines lines({1000, 23, 0, 1}, 0, 1);
  std::map<std::pair<bool, bool>, int> quarters;
  for (int i = 0; i < 1000; ++i) {
    const auto line = next_line(lines, 1'700'000'000 * second + i);
    const auto command = wire::parse_command(line);
    const auto position = std::get<wire::Iamat>(command).position;
    ++quarters[{position.latitude_e7 > 0, position.longitude_e7 > 0}];
    ASSERT_LE(std::abs(position.latitude()), 85);
  }
  EXPECT_EQ(quarters.size(), 4u);
  for (const auto& [quarter, count] : quarters) EXPECT_GT(count, 150);
}

TEST(ReportLines, ids_are_distinct_and_as_long_as_asked_for) {
  EXPECT_EQ(id_bytes_min(1), 7u);
  EXPECT_EQ(id_bytes_min(10), 7u);
  EXPECT_EQ(id_bytes_min(11), 8u);
  EXPECT_EQ(id_bytes_min(100'000), 11u);
  EXPECT_EQ(client_id({100'000, 11, 0, 1}, 99'999), "bench-99999");
  EXPECT_EQ(client_id({100'000, 23, 0, 1}, 42), "bench-00000000000000042");

  for (const std::size_t id_bytes : {9UL, 23UL, 4096UL}) {
    std::set<std::string> ids;
    for (std::uint64_t first = 0; first < 7; ++first) {
      ReportLines lines({1000, id_bytes, 10, 1}, first, 7);
      for (std::size_t i = 0; i < lines.clients(); ++i) {
        const auto line = next_line(lines, 1'700'000'000 * second);
        const auto id = line.substr(6, id_bytes);
        ASSERT_EQ(line[6 + id_bytes], ' ');
        ASSERT_EQ(id, client_id({1000, id_bytes, 10, 1}, first + 7 * i));
        ids.insert(id);
      }
    }
    EXPECT_EQ(ids.size(), 1000u);
  }
}

}  // namespace
}  // namespace herd::load
