#include "herd/load/send_schedule.h"

#include <gtest/gtest.h>

#include "herd/load/latency_histogram.h"

namespace herd::load {
namespace {

TEST(SendSchedule, spreads_reports_evenly_and_knows_how_many_are_due) {
  const SendSchedule schedule(7 * second, 4);
  EXPECT_EQ(schedule.time_of(0), 7 * second);
  EXPECT_EQ(schedule.time_of(1), 7 * second + second / 4);
  EXPECT_EQ(schedule.time_of(40), 17 * second);
  EXPECT_EQ(schedule.due_before(0), 0u);
  EXPECT_EQ(schedule.due_before(7 * second), 0u);
  EXPECT_EQ(schedule.due_before(7 * second + 1), 1u);
  EXPECT_EQ(schedule.due_before(7 * second + second / 4), 1u);
  EXPECT_EQ(schedule.due_before(7 * second + second / 4 + 1), 2u);
}

TEST(SendSchedule, no_report_is_due_early_late_or_twice_at_any_rate) {
  for (const double rate : {0.3, 3.0, 7.0, 999.9, 333'333.3, 1e6, 3e7}) {
    const SendSchedule schedule(123'456'789'012'345, rate);
    for (const std::uint64_t number : {0ULL, 1ULL, 2ULL, 3ULL, 1000ULL, 999'999ULL, 1'000'000ULL, 123'456'789ULL}) {
      const auto time = schedule.time_of(number);
      ASSERT_EQ(schedule.due_before(time), number) << "report " << number << " at " << rate << "/s";
      ASSERT_EQ(schedule.due_before(time + 1), number + 1) << "report " << number << " at " << rate << "/s";
    }
  }
}

TEST(SendSchedule, a_stall_of_a_second_is_charged_to_all_that_it_delayed) {
  // 1000 reports/s for ten seconds; the server answers at once, but nothing during the fourth second.
  const SendSchedule schedule(0, 1000);
  LatencyHistogram latency;
  for (std::uint64_t number = 0; number < 10'000; ++number) {
    const auto due = schedule.time_of(number);
    const auto answered = due >= 3 * second && due < 4 * second ? 4 * second : due;
    latency.record(answered - due);
  }
  EXPECT_EQ(latency.quantile(0.9), 0);
  EXPECT_NEAR(static_cast<double>(latency.quantile(0.95)), 0.5e9, 0.005e9);
  EXPECT_NEAR(static_cast<double>(latency.quantile(0.99)), 0.9e9, 0.005e9);
  EXPECT_EQ(latency.max(), second);
}

}  // namespace
}  // namespace herd::load
