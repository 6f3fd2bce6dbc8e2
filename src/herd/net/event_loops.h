#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "herd/net/event_loop.h"

namespace herd::net {

/// One event loop per thread. The main one has everything but clients, of whom all have their share: links, timers and
/// signals stay single-threaded among themselves. What may wait has a loop in the background.
class EventLoops {
 public:
  /// `count` is at least 1.
  explicit EventLoops(std::size_t count);

  std::size_t size() const { return loops_.size(); }
  EventLoop& operator[](std::size_t i) { return *loops_[i]; }
  EventLoop& main() { return *loops_.front(); }

  /// One more, whose thread gets half of what another does where there are not CPUs enough for all.
  EventLoop& background() { return background_; }

  /// Runs the main loop on this thread and each other on one of its own, until nothing is left to serve. What one of
  /// them throws stops all, and is thrown.
  void run();

 private:
  void stop();

  std::vector<std::unique_ptr<EventLoop>> loops_;
  EventLoop background_;
};

/// How many CPUs this process may use, at least 1.
std::size_t usable_cpus();

}  // namespace herd::net
