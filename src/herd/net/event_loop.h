#pragma once

#include <functional>
#include <memory>

#include "herd/base/time.h"

namespace boost::asio {
class io_context;
}

namespace herd::net {

/// What one thread serves: whatever is added to it runs in run(), never at the same time as anything else of it.
class EventLoop {
 public:
  EventLoop();
  ~EventLoop();

  /// Serves until nothing is left to serve.
  void run();

  /// Calls `action` at this interval until `cease()`.
  void every(Duration interval, std::function<void()> action);

  /// Calls `action` once whatever else is ready has had its turn.
  void soon(std::function<void()> action);

  /// Calls `action` at SIGINT and at SIGTERM.
  void on_terminate(std::function<void()> action);

  /// Calls `action` at SIGHUP, which would end the process otherwise.
  void on_hangup(std::function<void()> action);

  /// run() returns as soon as what it is at is done, whatever is left to serve. From any thread.
  void stop();

  /// No more timers, no more signals.
  void cease();

  boost::asio::io_context& context();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace herd::net
