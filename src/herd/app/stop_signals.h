#pragma once

#include <atomic>
#include <csignal>
#include <functional>
#include <thread>

namespace herd::app {

/// While it lives, SIGINT and SIGTERM run `clean_up` on a thread of its own and then end the process with status
/// 128 + signal, whatever the other threads are doing. Make it before other threads.
class StopSignals {
 public:
  explicit StopSignals(std::function<void()> clean_up);
  StopSignals(StopSignals&&) = delete;
  StopSignals& operator=(StopSignals&&) = delete;
  ~StopSignals();

 private:
  std::function<void()> clean_up_;
  sigset_t signals_{};
  sigset_t before_{};
  std::atomic<bool> over_ = false;
  std::thread waiter_;
};

}  // namespace herd::app
