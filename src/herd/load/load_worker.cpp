#include "herd/load/load_worker.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <limits>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <utility>

#include "herd/net/clock.h"

namespace herd::load {
namespace {

/// How soon stop is noticed.
constexpr Duration wait_max = 50 * millisecond;
constexpr std::uint64_t append_max = 512;
constexpr std::uint64_t no_end = std::numeric_limits<std::uint64_t>::max();

}  // namespace

void LoadTally::add(const LoadTally& other) {
  latency.add(other.latency);
  lateness.add(other.lateness);
  answered += other.answered;
  unanswered += other.unanswered;
  unsent += other.unsent;
  last_answer = std::max(last_answer, other.last_answer);
}

LoadWorker::LoadWorker(std::vector<LoadConnection> connections)
    : connections_{std::move(connections)}, states_(connections_.size()), buffer_(LoadConnection::buffer_bytes) {}

void LoadWorker::run(const LoadShare& share, const std::atomic<bool>& stop) {
  prctl(PR_SET_TIMERSLACK, 1UL);  // the usual 50 us would make every report of an open loop late
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  for (std::size_t i = 0; i < connections_.size(); ++i) watch(i, true);
  budget_ = share.reports_max.value_or(no_end);
  due_end_ = share.schedule ? schedule_end(share) : 0;
  if (!share.schedule) {
    for (std::size_t i = 0; i < connections_.size(); ++i) start_batch(i, share);
  }

  Time ended_at = 0;
  std::array<epoll_event, 256> events{};
  for (;;) {
    auto now = net::steady_now();
    if (share.schedule && !ending_) send_due(share, now);
    const bool all_sent = share.schedule ? next_due_ == due_end_ : budget_ == 0 || (share.end && now >= *share.end);
    if (!ending_ && (all_sent || stop)) {
      ending_ = true;
      ended_at = now;
    }
    if (ending_ && (all_answered() || now >= ended_at + share.last_answers_max)) break;
    if (std::ranges::none_of(connections_, &LoadConnection::is_open)) break;

    auto wake = now + wait_max;
    if (share.schedule && !ending_) wake = std::min(wake, share.schedule->time_of(next_due_));
    const auto wait = std::max<Duration>(wake - net::steady_now(), 0);
    const timespec timeout{wait / second, wait % second};
    const int count = epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
    for (int e = 0; e < count; ++e) {
      const auto& event = events[static_cast<std::size_t>(e)];
      const auto i = static_cast<std::size_t>(event.data.u64);
      if ((event.events & EPOLLOUT) != 0) {
        if (share.schedule) {
          send_until_level(i, share, net::steady_now());
        } else {
          connections_[i].send();
          watch(i, false);
        }
      }
      if ((event.events & ~static_cast<std::uint32_t>(EPOLLOUT)) == 0) continue;
      take_answers(i, share);
      while (connections_[i].may_have_unread()) take_answers(i, share);
    }
  }
  give_up_unanswered(share, net::steady_now());
  close(std::exchange(epoll_, -1));
}

std::uint64_t LoadWorker::schedule_end(const LoadShare& share) const {
  if (share.reports_max) return share.schedule->due_before(share.measure_from) + *share.reports_max;
  return share.end ? share.schedule->due_before(*share.end) : no_end;
}

Time LoadWorker::due_time(const LoadShare& share, std::size_t i, std::uint64_t report) const {
  return share.schedule->time_of(report * connections_.size() + i);
}

/// Tells epoll whether the connection waits to send, where that has changed.
void LoadWorker::watch(std::size_t i, bool first) {
  const bool waits = connections_[i].has_unsent();
  if (!connections_[i].is_open() || (waits == states_[i].waits_to_send && !first)) return;
  states_[i].waits_to_send = waits;
  epoll_event event{};
  event.events = waits ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.u64 = i;
  epoll_ctl(epoll_, first ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, connections_[i].descriptor(), &event);
}

void LoadWorker::start_batch(std::size_t i, const LoadShare& share) {
  auto& state = states_[i];
  state.sent_at = net::steady_now();
  if (share.end && state.sent_at >= *share.end) return;
  state.counts = state.sent_at >= share.measure_from;
  const auto reports = state.counts ? std::min(share.pipeline, budget_) : share.pipeline;
  if (reports == 0) return;
  if (state.counts && budget_ != no_end) budget_ -= reports;
  connections_[i].append(reports, net::wall_now());
  connections_[i].send();
  watch(i, false);
}

void LoadWorker::send_due(const LoadShare& share, Time now) {
  const auto due = std::min(share.schedule->due_before(now + 1), due_end_);
  if (due == next_due_) return;
  const auto size = connections_.size();
  const auto first = next_due_;
  const auto touched = std::min<std::uint64_t>(due - first, size);
  next_due_ = due;
  for (std::uint64_t k = 0; k < touched; ++k) {
    const auto i = static_cast<std::size_t>((first + k) % size);
    states_[i].due = (due - i - 1) / size + 1;
    send_until_level(i, share, now);
  }
}

/// Sends what is due, as far as the socket takes it.
void LoadWorker::send_until_level(std::size_t i, const LoadShare& share, Time now) {
  auto& connection = connections_[i];
  if (!connection.is_open()) return;
  for (;;) {
    const auto behind = states_[i].due - connection.reported();
    if (behind > 0 && connection.has_room() && !ending_) {
      const auto first = connection.reported();
      connection.append(std::min(behind, append_max), net::wall_now());
      for (auto report = first; report < connection.reported(); ++report) {
        const auto due = due_time(share, i, report);
        if (due >= share.measure_from) tally_.lateness.record(now - due);
      }
    }
    if (!connection.has_unsent()) break;
    connection.send();
    if (connection.has_unsent()) break;
  }
  watch(i, false);
}

void LoadWorker::take_answers(std::size_t i, const LoadShare& share) {
  auto& connection = connections_[i];
  auto& state = states_[i];
  const auto first = connection.answers().count();
  const auto count = connection.receive(buffer_);
  const auto now = net::steady_now();
  answered_.store(answered_.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
  if (!connection.is_open()) return;
  if (share.schedule) {
    for (auto report = first; report < first + count; ++report) {
      const auto due = due_time(share, i, report);
      if (due < share.measure_from) continue;
      tally_.latency.record(now - due);
      ++tally_.answered;
      tally_.last_answer = now;
    }
    return;
  }
  if (state.counts) {
    tally_.latency.record(now - state.sent_at, count);
    tally_.answered += count;
    tally_.last_answer = now;
  }
  if (connection.under_way() == 0 && !ending_) start_batch(i, share);
}

bool LoadWorker::all_answered() const {
  return std::ranges::all_of(connections_, [](const LoadConnection& connection) {
    return !connection.is_open() || connection.under_way() == 0;
  });
}

/// Those that were not answered count with the time that they had waited by `now`: they would have taken longer.
void LoadWorker::give_up_unanswered(const LoadShare& share, Time now) {
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    const auto& connection = connections_[i];
    if (!share.schedule) {
      if (states_[i].counts) tally_.unanswered += connection.under_way();
      continue;
    }
    for (auto report = connection.answers().count(); report < states_[i].due; ++report) {
      const auto due = due_time(share, i, report);
      if (due < share.measure_from) continue;
      tally_.latency.record(now - due);
      ++(report < connection.reported() ? tally_.unanswered : tally_.unsent);
    }
  }
}

}  // namespace herd::load
