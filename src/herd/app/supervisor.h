#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include "herd/app/child_process.h"
#include "herd/app/restart_backoff.h"
#include "herd/app/terminal.h"
#include "herd/base/time.h"

namespace herd::app {

/// Runs the servers of a herd as child processes, prints what they say with their names before it, and starts those
/// that crash again. One that ends by itself with status 0 was stopped by someone and stays down; one that ends with
/// status 2 will not do better next time. One whose first start fails before it serves, such as for a port that is in
/// use, is a herd that cannot run: all are stopped.
class Supervisor {
 public:
  struct Program {
    std::string name;
    std::vector<std::string> arguments;  ///< of proxyherd
  };

  /// Takes SIGINT, SIGTERM and SIGHUP for itself.
  Supervisor(std::vector<Program> programs, bool coloured);
  Supervisor(const Supervisor&) = delete;
  ~Supervisor();

  /// Returns once all have ended, by themselves or because a signal asked us to stop them: SIGTERM to each, SIGKILL
  /// after 5 s or at a second signal, which counts from 0.2 s after the first on: who signals a whole process group may
  /// have signalled us before, as timeout(1) does. SIGHUP is passed on to the servers, unless the terminal was closed,
  /// which is a wish to stop. True if none had to be given up.
  bool run();

 private:
  struct Server {
    Program program;
    std::string prefix;
    std::optional<ChildProcess> process;
    std::optional<Time> start_at;  // while it waits for its next start
    Time started_at = 0;
    bool has_served = false;  // in any of its lives
    RestartBackoff backoff;
    std::string line;  // output that no newline has ended yet
  };

  void start_due(Time now);
  /// Waits for a signal, output, or the next thing to do at its time.
  void await_events(Time now);
  void take_signals(Time now);
  void stop(Time now);
  void kill_all();
  void read_output(Server& server);
  void on_end(Server& server, int wait_status, Time now);
  /// Prints a line of the server's.
  void pass_on(Server& server, std::string_view line);
  void say(const Server& server, std::string_view line);
  bool all_ended() const;

  std::vector<Server> servers_;
  const bool has_terminal_ = is_terminal(STDIN_FILENO);
  int signals_ = -1;  // a signalfd
  bool stopping_ = false;
  Time stopping_since_ = 0;
  std::optional<Time> kill_at_;
  bool gave_up_ = false;
};

}  // namespace herd::app
