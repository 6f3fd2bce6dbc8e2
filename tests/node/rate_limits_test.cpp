#include "herd/node/rate_limits.h"

#include <atomic>
#include <gtest/gtest.h>
#include <string>
#include <thread>
#include <vector>

namespace herd::node {
namespace {

constexpr Time start = 1'700'000'000 * second;

/// How many of `asked` single ones were there.
int taken(RateLimits& limits, std::string_view who, int asked, Time now) {
  int count = 0;
  for (int i = 0; i < asked; ++i) count += limits.take(who, 1, now) ? 1 : 0;
  return count;
}

TEST(RateLimits, let_a_burst_pass_and_then_what_comes_back_with_time) {
  RateLimits limits(5, 10, 1);
  EXPECT_EQ(taken(limits, "a", 100, start), 10);
  EXPECT_EQ(taken(limits, "a", 100, start + second / 5 - 1), 0);
  EXPECT_EQ(taken(limits, "a", 100, start + second / 5), 1);
  EXPECT_EQ(taken(limits, "a", 100, start + 2 * second), 9);
  EXPECT_EQ(taken(limits, "a", 100, start + 1000 * second), 10);
}

TEST(RateLimits, are_each_ones_own) {
  RateLimits limits(1, 1, 1);
  EXPECT_TRUE(limits.take("a", 1, start));
  EXPECT_TRUE(limits.take("b", 1, start));
  EXPECT_TRUE(limits.take("", 1, start));
  EXPECT_FALSE(limits.take("a", 1, start));
  EXPECT_EQ(limits.counters().refused, 1U);
}

TEST(RateLimits, refuse_what_is_asked_at_once_as_a_whole_and_take_nothing_for_it) {
  RateLimits limits(1, 10, 1);
  EXPECT_FALSE(limits.take("a", 11, start));
  EXPECT_TRUE(limits.take("a", 7, start));
  EXPECT_FALSE(limits.take("a", 4, start));
  EXPECT_TRUE(limits.take("a", 3, start));
  EXPECT_EQ(limits.counters().refused, 15U);
}

TEST(RateLimits, hold_over_a_long_time) {
  RateLimits limits(0.5, 1, 1);
  int count = 0;
  for (Time now = start; now < start + 1000 * second; now += second / 10) count += limits.take("a", 1, now) ? 1 : 0;
  EXPECT_EQ(count, 500);
}

TEST(RateLimits, shut_nobody_out_for_longer_than_a_bucket_takes_to_fill_if_the_clock_is_set_back) {
  RateLimits limits(1, 5, 1);
  EXPECT_EQ(taken(limits, "a", 10, start), 5);
  EXPECT_EQ(taken(limits, "a", 10, start - 1'000'000 * second), 0);
  EXPECT_EQ(taken(limits, "a", 10, start - 1'000'000 * second + 5 * second), 5);
}

TEST(RateLimits, of_the_least_and_the_greatest_numbers_do_not_overflow) {
  RateLimits slow(1e-3, 1e9, 1);
  EXPECT_TRUE(slow.take("a", 1'000'000, start));
  EXPECT_FALSE(slow.take("a", ~0U, start));
  RateLimits fast(1e9, 1e9, 1);
  EXPECT_TRUE(fast.take("a", 1'000'000'000, start));
  EXPECT_FALSE(fast.take("a", 1'000'000'000, start));
  EXPECT_TRUE(fast.take("a", 1'000'000'000, start + second));
}

TEST(RateLimits, of_more_than_there_is_room_for_give_up_those_with_least_to_lose) {
  RateLimits limits(1, 3, 42);
  EXPECT_EQ(taken(limits, "busy", 3, start), 3);
  const auto others = 8 * RateLimits::buckets_max;
  for (std::size_t i = 0; i < others; ++i) EXPECT_TRUE(limits.take(std::to_string(i), 1, start));
  // Those who took one are given up before the one that took all.
  EXPECT_FALSE(limits.take("busy", 1, start));
  EXPECT_EQ(limits.counters().given_up, others + 1 - RateLimits::buckets_max);
  // A second later those buckets are full, and nobody loses by it.
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(limits.take("late" + std::to_string(i), 1, start + second));
  EXPECT_EQ(limits.counters().given_up, others + 1 - RateLimits::buckets_max);
}

TEST(RateLimits, hold_for_all_threads_together) {
  RateLimits limits(1, 1000, 1);
  std::atomic<int> count = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { count += taken(limits, "a", 1000, start); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(count, 1000);
}

}  // namespace
}  // namespace herd::node
