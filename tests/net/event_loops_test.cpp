#include "herd/net/event_loops.h"

#include <algorithm>
#include <barrier>
#include <cstdlib>
#include <gtest/gtest.h>
#include <iostream>
#include <set>
#include <stdexcept>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace herd::net {
namespace {

TEST(EventLoops, run_each_on_a_thread_of_its_own_the_main_one_on_the_callers) {
  EventLoops loops(3);
  std::barrier all_there(3);
  std::vector<std::thread::id> threads(3);
  for (std::size_t i = 0; i < loops.size(); ++i) {
    loops[i].every(millisecond, [&, i] {
      threads[i] = std::this_thread::get_id();
      all_there.arrive_and_wait();
      loops[i].cease();
    });
  }
  loops.run();
  EXPECT_EQ(threads[0], std::this_thread::get_id());
  EXPECT_NE(threads[1], threads[0]);
  EXPECT_NE(threads[2], threads[0]);
  EXPECT_NE(threads[1], threads[2]);
}

TEST(EventLoops, end_when_none_has_anything_left_to_serve) {
  EventLoops loops(2);
  loops.run();
}

TEST(EventLoops, have_one_more_in_the_background_with_a_thread_of_its_own) {
  EventLoops loops(2);
  std::vector<std::thread::id> threads(3);
  const auto look = [&](EventLoop& loop, std::thread::id& its) {
    loop.soon([&its] { its = std::this_thread::get_id(); });
  };
  look(loops[0], threads[0]);
  look(loops[1], threads[1]);
  look(loops.background(), threads[2]);
  loops.run();
  EXPECT_EQ(std::set(threads.begin(), threads.end()).size(), 3U);
}

TEST(EventLoops, have_a_thread_in_the_background_that_gives_way_to_the_others) {
  EventLoops loops(2);
  std::vector<int> niceness(3);
  const auto look = [](EventLoop& loop, int& its) { loop.soon([&its] { its = ::getpriority(PRIO_PROCESS, 0); }); };
  look(loops[0], niceness[0]);
  look(loops[1], niceness[1]);
  look(loops.background(), niceness[2]);
  const int own = ::getpriority(PRIO_PROCESS, 0);
  loops.run();
  EXPECT_EQ(niceness, (std::vector{own, own, std::min(own + 3, 19)}));
}

TEST(EventLoops, all_stop_when_one_throws_and_its_failure_is_thrown) {
  for (const std::size_t failing : {0U, 1U, 2U, 3U}) {
    EventLoops loops(3);
    const std::vector<EventLoop*> all = {&loops[0], &loops[1], &loops[2], &loops.background()};
    for (auto* const loop : all) loop->every(3600 * second, [] {});
    all[failing]->every(millisecond, [] { throw std::runtime_error("a loop failed"); });
    try {
      loops.run();
      FAIL() << "nothing was thrown";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "a loop failed");
    }
  }
}

TEST(UsableCpus, are_at_least_one_and_no_more_than_the_machine_has) {
  EXPECT_GE(usable_cpus(), 1U);
  EXPECT_LE(usable_cpus(), std::thread::hardware_concurrency());
}

/// Runs three loops as somebody who may start no thread, and ends the process: with what() on stderr and status 3.
[[noreturn]] void run_without_threads() {
  const rlimit none{0, 0};
  if (setuid(65'534) != 0 || setrlimit(RLIMIT_NPROC, &none) != 0) std::_Exit(4);
  try {
    EventLoops(3).run();
  } catch (const std::runtime_error& error) {
    std::cerr << error.what() << std::endl;
    std::_Exit(3);
  }
  std::_Exit(0);
}

TEST(EventLoopsDeathTest, that_cannot_start_their_threads_say_so_and_do_not_hang) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become somebody who may start no thread";
  EXPECT_EXIT(run_without_threads(), testing::ExitedWithCode(3), "cannot start 4 threads: .*`threads` in herd.toml");
}

}  // namespace
}  // namespace herd::net
