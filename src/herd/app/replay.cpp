#include "herd/app/replay.h"

#include <algorithm>
#include <csignal>
#include <memory>
#include <poll.h>
#include <stdexcept>
#include <sys/signalfd.h>
#include <unistd.h>

#include "herd/app/fleet.h"
#include "herd/app/replay_progress.h"
#include "herd/net/clock.h"

namespace herd::app {
namespace {

/// How long the last replies may take after the last report.
constexpr Duration last_replies_max = 5 * second;

/// `duration` times `factor`, at most a hundred years.
Duration scaled(Duration duration, double factor) {
  return static_cast<Duration>(std::min(static_cast<double>(duration) * factor, 3.2e18));
}

/// SIGINT and SIGTERM as something to read, instead of what they do by themselves.
class StopSignals {
 public:
  StopSignals() {
    ::sigprocmask(SIG_BLOCK, &signals_, &before_);
    if (fd_ < 0) throw std::runtime_error("cannot watch for SIGINT and SIGTERM: signalfd failed");
  }
  ~StopSignals() {
    ::close(fd_);
    ::sigprocmask(SIG_SETMASK, &before_, nullptr);
  }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  int fd() const { return fd_; }
  /// True if one came since the last call.
  bool take() const {
    signalfd_siginfo info;
    return ::read(fd_, &info, sizeof info) > 0;
  }

 private:
  static sigset_t both() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    return signals;
  }

  sigset_t signals_ = both();
  sigset_t before_{};
  int fd_ = ::signalfd(-1, &signals_, SFD_NONBLOCK | SFD_CLOEXEC);
};

class Replay {
 public:
  Replay(const std::vector<Track>& tracks, const ReplayOptions& options) : options_{options} {
    for (const auto& track : tracks) courses_.emplace_back(track);
    const auto ids = client_ids(tracks, options.clients);
    std::vector<Fleet> fleets(options.servers.size(), Fleet{options.loop});
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const auto& course = courses_[i % courses_.size()];
      const auto copies = (options.clients - 1 - i % courses_.size()) / courses_.size() + 1;
      const auto copy = i / courses_.size();
      const auto part = static_cast<double>(copy) / static_cast<double>(copies);
      fleets[i % fleets.size()].add(ids[i], course, scaled(course.lap(), part));
    }
    for (std::size_t i = 0; i < fleets.size(); ++i) {
      reports_ += fleets[i].reports_left();
      connections_.push_back(std::make_unique<ReportConnection>(
          options.servers[i].name, options.servers[i].line, options.servers[i].trust, std::move(fleets[i]), started_,
          [this](const std::string& line) { progress_.say(line); }));
    }
    if (options.speed && !options.loop) {
      Duration longest = 0;
      for (const auto& course : courses_) longest = std::max(longest, course.lap());
      end_ = scaled(longest, 1 / *options.speed);
    }
    if (options.duration) end_ = std::min(end_.value_or(*options.duration), *options.duration);
  }

  ReplayOutcome run() {
    std::vector<pollfd> entries(connections_.size() + 1);
    while (!all_done()) {
      for (std::size_t i = 0; i < connections_.size(); ++i) entries[i] = connections_[i]->poll_entry();
      entries.back() = {signals_.fd(), POLLIN, 0};
      ::poll(entries.data(), entries.size(), milliseconds_to_wait());

      const auto moment = now();
      if (signals_.take() || (options_.duration && elapsed(moment) >= *options_.duration)) stop(moment);
      for (std::size_t i = 0; i < connections_.size(); ++i) connections_[i]->take_turn(entries[i].revents, moment);
      // Who has driven to the end while the server is away waits for it no longer.
      if (options_.speed && end_ && elapsed(moment) >= *end_ + last_replies_max) stop(moment);
      if (stop_at_ && moment.steady >= *stop_at_) break;
      progress_.show(figures(moment));
    }
    progress_.clear();
    return outcome();
  }

 private:
  ReportConnection::Moment now() const {
    ReportConnection::Moment moment{net::steady_now(), net::wall_now(), std::nullopt};
    if (options_.speed) moment.play = scaled(elapsed(moment), *options_.speed);
    return moment;
  }

  Duration elapsed(const ReportConnection::Moment& moment) const { return moment.steady - started_; }

  bool all_done() const {
    return std::ranges::all_of(connections_, [](const auto& connection) { return connection->done(); });
  }

  void stop(const ReportConnection::Moment& moment) {
    if (stop_at_) return;
    stop_at_ = moment.steady + last_replies_max;
    for (auto& connection : connections_) connection->stop();
  }

  /// For poll(2): rounded up, so as not to wake early; -1 without an end.
  int milliseconds_to_wait() const {
    if (std::ranges::any_of(connections_, [](const auto& one) { return one->may_have_unread(); })) return 0;
    std::optional<Time> wake = stop_at_;
    const auto consider = [&](std::optional<Time> time) {
      if (time && (!wake || *time < *wake)) wake = time;
    };
    const auto now_steady = net::steady_now();
    for (const auto& connection : connections_) {
      consider(connection->wake_at());
      if (const auto due = connection->next_due(); due && options_.speed) {
        consider(started_ + scaled(*due, 1 / *options_.speed));
      }
    }
    if (end_ && !stop_at_) consider(started_ + *end_ + (options_.duration == end_ ? 0 : last_replies_max));
    if (progress_.is_shown()) consider(now_steady + ReplayProgress::interval);
    if (!wake) return -1;
    return static_cast<int>(std::clamp<Duration>((*wake - now_steady + millisecond - 1) / millisecond, 0, 60'000));
  }

  ReplayProgress::Figures figures(const ReportConnection::Moment& moment) const {
    ReplayProgress::Figures figures{options_.clients, 0, 0, elapsed(moment), std::nullopt};
    std::uint64_t left = 0;
    for (const auto& connection : connections_) {
      figures.sent += connection->counts().sent;
      figures.answered += connection->counts().answered;
      left += connection->fleet().reports_left();
    }
    if (end_) {
      figures.part = static_cast<double>(figures.elapsed) / static_cast<double>(std::max<Duration>(*end_, 1));
    } else if (!options_.loop) {
      figures.part = 1 - static_cast<double>(left) / static_cast<double>(reports_);
    }
    return figures;
  }

  ReplayOutcome outcome() const {
    ReplayOutcome outcome;
    outcome.elapsed = elapsed(now());
    for (const auto& connection : connections_) {
      const auto& counts = connection->counts();
      outcome.servers.push_back(
          {connection->server(), connection->endpoint().text(), connection->ever_connected(), counts});
      outcome.total.sent += counts.sent;
      outcome.total.answered += counts.answered;
      outcome.total.refused += counts.refused;
      outcome.total.lost += counts.sent - counts.answered - counts.refused;
      outcome.total.reconnects += counts.reconnects;
      outcome.skipped += connection->fleet().skipped();
      if (outcome.first_refused.empty()) outcome.first_refused = connection->first_refused();
    }
    return outcome;
  }

  const ReplayOptions& options_;
  StopSignals signals_;
  ReplayProgress progress_;
  Time started_ = net::steady_now();
  std::vector<Course> courses_;
  std::vector<std::unique_ptr<ReportConnection>> connections_;
  std::uint64_t reports_ = 0;    // of all clients; without loop only
  std::optional<Duration> end_;  // when the time is up or the last client has arrived
  std::optional<Time> stop_at_;  // stopping: how long to wait for the last replies
};

}  // namespace

ReplayOutcome replay(const std::vector<Track>& tracks, const ReplayOptions& options) {
  return Replay{tracks, options}.run();
}

}  // namespace herd::app
