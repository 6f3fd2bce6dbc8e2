#include "herd/net/event_loops.h"

#include <algorithm>
#include <exception>
#include <mutex>
#include <sched.h>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <system_error>
#include <thread>

namespace herd::net {

namespace {

/// Where there are not CPUs enough, half of what another thread gets (sched(7)). With far less, others would wait for
/// the locks of a thread that gets no CPU.
constexpr int background_niceness = 3;

/// Of this thread: Linux has a niceness for each. Where it cannot be set the thread is as good as others.
void give_way() {
  ::setpriority(PRIO_PROCESS, 0, ::getpriority(PRIO_PROCESS, 0) + background_niceness);
}

}  // namespace

EventLoops::EventLoops(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) loops_.push_back(std::make_unique<EventLoop>());
}

void EventLoops::run() {
  std::exception_ptr failure;
  std::once_flag first;
  const auto serve = [&](EventLoop& loop) {
    try {
      loop.run();
    } catch (...) {
      std::call_once(first, [&] { failure = std::current_exception(); });
      stop();
    }
  };
  {
    std::vector<std::jthread> threads;
    try {
      for (std::size_t i = 1; i < loops_.size(); ++i) threads.emplace_back(serve, std::ref(*loops_[i]));
      threads.emplace_back([&] {
        give_way();
        serve(background_);
      });
    } catch (const std::system_error& error) {
      stop();
      throw std::runtime_error("cannot start " + std::to_string(loops_.size() + 1) + " threads: " + error.what() +
                               "; `threads` in herd.toml can ask for fewer");
    }
    serve(main());
  }
  if (failure) std::rethrow_exception(failure);
}

void EventLoops::stop() {
  for (const auto& each : loops_) each->stop();
  background_.stop();
}

std::size_t usable_cpus() {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  if (::sched_getaffinity(0, sizeof cpus, &cpus) != 0) return 1;
  return static_cast<std::size_t>(std::max(CPU_COUNT(&cpus), 1));
}

}  // namespace herd::net
