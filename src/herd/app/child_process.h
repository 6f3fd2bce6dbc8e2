#pragma once

#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace herd::app {

/// This program, run once more as a child that ends when we do, in a process group of its own: the terminal's Ctrl-C
/// reaches only us, and we stop it in order.
class ChildProcess {
 public:
  /// Runs `proxyherd ARGUMENTS...`. Throws std::system_error if the system has no room for it.
  explicit ChildProcess(const std::vector<std::string>& arguments);
  ChildProcess(ChildProcess&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)), output_(std::exchange(other.output_, -1)) {}
  ChildProcess& operator=(ChildProcess&&) = delete;
  /// Kills it if it still runs.
  ~ChildProcess();

  pid_t pid() const { return pid_; }
  /// Where its standard output and error can be read, without blocking.
  int output() const { return output_; }

  void send_signal(int signal) const;

  /// Whether it has ended, and then its wait status in `wait_status`. Not to be asked again once it has.
  bool has_ended(int& wait_status);

 private:
  pid_t pid_ = -1;  // -1: ended and waited for
  int output_ = -1;
};

}  // namespace herd::app
