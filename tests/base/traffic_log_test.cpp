#include "herd/base/traffic_log.h"

#include <atomic>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

#include "base/logged_traffic.h"

namespace herd {
namespace {

using enum TrafficLog::Direction;

TEST(TrafficLog, logs_as_many_lines_a_second_as_its_limit_and_counts_the_rest) {
  LoggedTraffic log(2);
  log.line(in, "127.0.0.1:5", "one");
  log.line(out, "Juzang", "two");
  log.line(in, "127.0.0.1:5", "three");
  log.line(in, "127.0.0.1:5", "four");
  EXPECT_EQ(log.lines, (std::vector<std::string>{"in 127.0.0.1:5 one", "out Juzang two"}));

  EXPECT_EQ(log.begin_second(), 2U);
  log.line(in, "127.0.0.1:5", "five");
  EXPECT_EQ(log.lines.back(), "in 127.0.0.1:5 five");
  EXPECT_EQ(log.begin_second(), 0U);
}

TEST(TrafficLog, without_a_limit_logs_every_line) {
  LoggedTraffic log(TrafficLog::unlimited);
  for (int i = 0; i < 50'000; ++i) log.line(in, "127.0.0.1:5", "line");
  EXPECT_EQ(log.lines.size(), 50'000U);
  EXPECT_EQ(log.begin_second(), 0U);
}

TEST(TrafficLog, that_is_off_neither_logs_nor_counts) {
  LoggedTraffic log(0);
  log.line(in, "127.0.0.1:5", "line");
  EXPECT_EQ(log.lines.size(), 0U);
  EXPECT_EQ(log.begin_second(), 0U);
}

class CountedTraffic : public TrafficLog {
 public:
  using TrafficLog::TrafficLog;
  std::atomic<std::uint64_t> logged = 0;

 private:
  void write(Direction, std::string_view, std::string_view) override { ++logged; }
};

TEST(TrafficLog, counts_the_lines_of_many_threads_one_by_one) {
  // More threads than SpreadCount has places for.
  constexpr std::uint64_t threads = SpreadCount::places + 8;
  constexpr std::uint64_t lines = 1'000;
  CountedTraffic log(500);
  {
    std::vector<std::jthread> loggers;
    for (std::uint64_t i = 0; i < threads; ++i) {
      loggers.emplace_back([&log] {
        for (std::uint64_t k = 0; k < lines; ++k) log.line(in, "127.0.0.1:5", "line");
      });
    }
  }
  EXPECT_EQ(log.logged, 500U);
  EXPECT_EQ(log.begin_second(), threads * lines - 500);
  EXPECT_EQ(log.begin_second(), 0U);
}

}  // namespace
}  // namespace herd
