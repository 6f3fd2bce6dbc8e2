#include "herd/app/supervisor.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <iostream>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "herd/app/table.h"

namespace herd::app {

namespace {

constexpr Duration stop_time_max = 5 * second;
constexpr Duration second_signal_after = 200 * millisecond;
constexpr std::size_t line_bytes_max = 64 * 1024;
constexpr int status_misconfigured = 2;
constexpr std::array colours{style::cyan, style::yellow, style::green, style::magenta, style::blue, style::red};

Time steady_now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

sigset_t handled_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) sigaddset(&signals, signal);
  return signals;
}

std::string how_it_ended(int wait_status) {
  if (WIFSIGNALED(wait_status)) {
    const int signal = WTERMSIG(wait_status);
    return "ended by signal " + std::to_string(signal) + " (" + strsignal(signal) + ")";
  }
  return "ended with status " + std::to_string(WEXITSTATUS(wait_status));
}

std::string tenths_of_seconds(Duration duration) {
  const auto tenths = duration / (100 * millisecond);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

}  // namespace

Supervisor::Supervisor(std::vector<Program> programs, bool coloured) {
  std::size_t width = 0;
  for (const auto& program : programs) width = std::max(width, count_characters(program.name));
  for (auto& program : programs) {
    Server server;
    server.prefix = program.name + std::string(width - count_characters(program.name), ' ') + " | ";
    if (coloured) {
      server.prefix =
          std::string(colours[servers_.size() % colours.size()]) + server.prefix + std::string(style::plain);
    }
    server.program = std::move(program);
    server.start_at = 0;
    servers_.push_back(std::move(server));
  }
  const auto signals = handled_signals();
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  signals_ = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
  if (signals_ < 0) throw std::system_error(errno, std::generic_category(), "signalfd");
}

Supervisor::~Supervisor() {
  close(signals_);
}

bool Supervisor::run() {
  start_due(steady_now());
  while (!all_ended()) {
    await_events(steady_now());
    const auto now = steady_now();
    take_signals(now);
    if (kill_at_ && now >= *kill_at_) kill_all();
    for (auto& server : servers_) {
      if (!server.process) continue;
      int wait_status = 0;
      // Asked before reading, so that all it said before it ended is read.
      const bool ended = server.process->has_ended(wait_status);
      read_output(server);
      if (ended) on_end(server, wait_status, now);
    }
    start_due(now);
    std::cout.flush();
  }
  return !gave_up_;
}

void Supervisor::start_due(Time now) {
  for (auto& server : servers_) {
    if (!server.start_at || now < *server.start_at) continue;
    server.start_at.reset();
    server.started_at = now;
    server.process.emplace(server.program.arguments);
    say(server, "started as process " + std::to_string(server.process->pid()));
  }
  std::cout.flush();
}

void Supervisor::await_events(Time now) {
  std::vector<pollfd> waiting{{.fd = signals_, .events = POLLIN, .revents = 0}};
  auto next = kill_at_;
  for (const auto& server : servers_) {
    if (server.process) waiting.push_back({.fd = server.process->output(), .events = POLLIN, .revents = 0});
    if (server.start_at) next = std::min(next.value_or(*server.start_at), *server.start_at);
  }
  // Rounded up: a wait that ends too early would end again and again.
  const auto timeout = next ? std::max<Duration>(0, *next - now + millisecond - 1) / millisecond : -1;
  poll(waiting.data(), waiting.size(), static_cast<int>(timeout));
}

void Supervisor::take_signals(Time now) {
  signalfd_siginfo signal{};
  while (read(signals_, &signal, sizeof signal) == sizeof signal) {
    if (signal.ssi_signo == SIGCHLD) continue;
    // It comes from the terminal too, when that is closed: then it is time to stop.
    const bool terminal_closed = has_terminal_ && !is_terminal(STDIN_FILENO);
    if (signal.ssi_signo == SIGHUP && !stopping_ && !terminal_closed) {
      for (auto& server : servers_) {
        if (server.process) server.process->send_signal(SIGHUP);
      }
      continue;
    }
    if (!stopping_) {
      stop(now);
    } else if (now - stopping_since_ >= second_signal_after) {
      kill_all();
    }
  }
}

void Supervisor::stop(Time now) {
  stopping_ = true;
  stopping_since_ = now;
  kill_at_ = now + stop_time_max;
  for (auto& server : servers_) {
    server.start_at.reset();
    if (server.process) server.process->send_signal(SIGTERM);
  }
}

void Supervisor::kill_all() {
  kill_at_.reset();
  for (const auto& server : servers_) {
    if (server.process) server.process->send_signal(SIGKILL);
  }
}

void Supervisor::read_output(Server& server) {
  std::array<char, 16 * 1024> piece;
  for (;;) {
    const auto count = read(server.process->output(), piece.data(), piece.size());
    if (count <= 0) return;
    server.line.append(piece.data(), static_cast<std::size_t>(count));
    std::size_t begin = 0;
    for (auto end = server.line.find('\n'); end != std::string::npos; end = server.line.find('\n', begin)) {
      pass_on(server, std::string_view(server.line).substr(begin, end - begin));
      begin = end + 1;
    }
    server.line.erase(0, begin);
    if (server.line.size() > line_bytes_max) say(server, std::exchange(server.line, {}));
  }
}

void Supervisor::on_end(Server& server, int wait_status, Time now) {
  if (!server.line.empty()) say(server, std::exchange(server.line, {}));
  server.process.reset();
  if (stopping_ || (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0)) {
    say(server, stopping_ ? how_it_ended(wait_status) : "ended in order, and stays down");
  } else if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == status_misconfigured) {
    gave_up_ = true;
    say(server, how_it_ended(wait_status) + ": not started again");
  } else if (WIFEXITED(wait_status) && !server.has_served) {
    gave_up_ = true;
    say(server, how_it_ended(wait_status) + " before it served: the herd is stopped");
    stop(now);
  } else {
    const auto wait = server.backoff.after_life(now - server.started_at);
    server.start_at = now + wait;
    say(server, how_it_ended(wait_status) + "; starts again in " + tenths_of_seconds(wait));
  }
}

void Supervisor::pass_on(Server& server, std::string_view line) {
  server.has_served = server.has_served || line.starts_with(server.program.name + " serves: ");
  say(server, line);
}

void Supervisor::say(const Server& server, std::string_view line) {
  std::cout << server.prefix << line << '\n';
}

bool Supervisor::all_ended() const {
  return std::ranges::none_of(servers_, [](const Server& server) { return server.process || server.start_at; });
}

}  // namespace herd::app
