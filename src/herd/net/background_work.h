#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace herd::net {

/// Work that may take long, such as reading files, done on a thread of its own whenever it is asked for, so that no
/// event loop waits for it.
class BackgroundWork {
 public:
  /// `work` must not throw.
  explicit BackgroundWork(std::function<void()> work) : work_(std::move(work)) {}

  /// Waits for the work that is under way; what was asked for meanwhile is not done.
  ~BackgroundWork() = default;
  BackgroundWork(BackgroundWork&&) = delete;
  BackgroundWork& operator=(BackgroundWork&&) = delete;

  /// Begins the work. If it is under way it is done once more after that, however often this is called meanwhile. From
  /// any thread.
  void ask() {
    {
      const std::scoped_lock lock(mutex_);
      is_asked_ = true;
    }
    asked_.notify_one();
  }

 private:
  void run(const std::stop_token& stop) {
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        asked_.wait(lock, stop, [this] { return is_asked_; });
        if (stop.stop_requested()) return;
        is_asked_ = false;
      }
      work_();
    }
  }

  std::function<void()> work_;
  std::mutex mutex_;
  std::condition_variable_any asked_;
  bool is_asked_ = false;  // guarded by mutex_
  std::jthread thread_{[this](const std::stop_token& stop) { run(stop); }};
};

}  // namespace herd::net
