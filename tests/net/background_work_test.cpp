#include "herd/net/background_work.h"

#include <atomic>
#include <gtest/gtest.h>
#include <latch>
#include <memory>
#include <semaphore>

namespace herd::net {
namespace {

TEST(BackgroundWork, is_done_on_another_thread_whenever_it_is_asked_for) {
  std::counting_semaphore done(0);
  std::thread::id worker;
  BackgroundWork work([&] {
    worker = std::this_thread::get_id();
    done.release();
  });
  for (int i = 0; i < 3; ++i) {
    work.ask();
    done.acquire();
    EXPECT_NE(worker, std::this_thread::get_id());
  }
}

TEST(BackgroundWork, that_is_asked_for_while_it_is_under_way_is_done_once_more) {
  std::counting_semaphore begun(0);
  std::counting_semaphore may_end(0);
  std::atomic<int> times = 0;
  std::atomic<int> at_once = 0;
  BackgroundWork work([&] {
    EXPECT_EQ(++at_once, 1);
    ++times;
    begun.release();
    may_end.acquire();
    --at_once;
  });
  work.ask();
  begun.acquire();
  for (int i = 0; i < 100; ++i) work.ask();
  may_end.release();
  begun.acquire();  // of the second time
  may_end.release();
  work.ask();
  begun.acquire();
  may_end.release();
  EXPECT_EQ(times, 3);
}

TEST(BackgroundWork, that_is_under_way_is_waited_for_in_the_end) {
  std::counting_semaphore begun(0);
  std::latch may_end(1);
  std::atomic<bool> is_under_way = false;
  auto work = std::make_unique<BackgroundWork>([&] {
    is_under_way = true;
    begun.release();
    may_end.wait();
    is_under_way = false;
  });
  work->ask();
  begun.acquire();
  work->ask();
  std::jthread ending([&] { work.reset(); });
  may_end.count_down();
  ending.join();
  EXPECT_FALSE(is_under_way);
}

}  // namespace
}  // namespace herd::net
