#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

#include "herd/base/time.h"

namespace herd::net {

/// Wakes the one coroutine that waits for it; a wake that comes while nobody waits is not lost.
class WakeSignal {
 public:
  explicit WakeSignal(const boost::asio::any_io_executor& executor) : timer_(executor) {}

  void notify() {
    notified_ = true;
    if (waiting_) timer_.cancel();
  }

  /// Returns once notified, at the latest at `deadline` of the steady clock, or when cancelled.
  boost::asio::awaitable<void> wait_until(Time deadline) {
    if (!notified_) {
      using Clock = std::chrono::steady_clock;
      timer_.expires_at(Clock::time_point(std::chrono::nanoseconds(deadline)));
      waiting_ = true;
      co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
      waiting_ = false;
    }
    notified_ = false;
  }

 private:
  boost::asio::steady_timer timer_;
  bool notified_ = false;
  bool waiting_ = false;
};

}  // namespace herd::net
