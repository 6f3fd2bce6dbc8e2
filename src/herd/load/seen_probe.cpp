#include "herd/load/seen_probe.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <utility>

#include "herd/net/clock.h"

namespace herd::load {
namespace {

constexpr Duration question_interval_part = 32;
constexpr Duration pause_min = 5 * millisecond;
constexpr std::uint64_t pause_steps = 10;
constexpr Duration pause_step = millisecond;
/// How soon stop() is noticed.
constexpr Duration wait_max = 20 * millisecond;

}  // namespace

Result<std::unique_ptr<SeenProbe>> SeenProbe::connect(const std::vector<LoadTarget>& sources, const LoadTarget& at) {
  auto asker = at.connect();
  if (!asker) return asker.error();
  std::unique_ptr<SeenProbe> probe(new SeenProbe(at.name, *std::move(asker)));
  for (const auto& source : sources) {
    auto socket = source.connect();
    if (!socket) return socket.error();
    probe->sources_.push_back(
        {source.name, *std::move(socket), "bench-seen-" + std::to_string(probe->sources_.size())});
  }
  return probe;
}

SeenProbe::~SeenProbe() {
  stop();
}

void SeenProbe::start(Time measure_from) {
  thread_ = std::thread([this, measure_from] { run(measure_from); });
}

void SeenProbe::stop() {
  stop_ = true;
  join();
}

void SeenProbe::join() {
  if (thread_.joinable()) thread_.join();
}

void SeenProbe::run(Time measure_from) {
  prctl(PR_SET_TIMERSLACK, 1UL);
  for (std::uint64_t number = 0; !stop_; ++number) {
    if (!probe(sources_[number % sources_.size()], measure_from)) return;
    // Uneven pauses, so as not to keep step with anything the servers do at intervals.
    const auto pause = pause_min + static_cast<Duration>(number * 7 % pause_steps) * pause_step;
    if (!await_answers(net::steady_now() + pause)) return;
  }
}

/// False if there is no going on.
bool SeenProbe::probe(Source& source, Time measure_from) {
  const auto sent_at = net::steady_now();
  if (!report(source)) return false;
  answered_at_ = sent_at;
  auto ask_at = sent_at;
  bool seen = false;
  const auto on_answer = [&](std::string_view line) {
    const auto now = net::steady_now();
    const auto before = std::exchange(answered_at_, now);
    const auto time = reported_time(line, source.client);
    if (seen || !time || *time < newest_) return;
    seen = true;
    if (sent_at < measure_from) return;
    spans_.record(now - sent_at);
    resolution_.record(now - before);
  };
  // Also when it is to stop: to forget those that take longest would make the herd look faster than it is.
  while (!seen) {
    const auto now = net::steady_now();
    if (now >= sent_at + patience) {
      if (sent_at >= measure_from) ++unseen_;
      return true;
    }
    if (asker_.under_way() == 0 && now >= ask_at) {
      asker_.ask(source.client);
      ask_at = now + (now - sent_at) / question_interval_part;
    }
    const auto wake = asker_.under_way() > 0 ? now + wait_max : std::min(ask_at, now + wait_max);
    const auto exchanged = asker_.exchange(wake, on_answer);
    if (!exchanged) {
      failure_ = at_ + ": " + exchanged.error().message;
      return false;
    }
  }
  return true;
}

bool SeenProbe::report(Source& source) {
  // The answers to earlier reports; they are nobody's concern.
  std::array<char, 4096> answers;
  const auto received = source.socket.receive(answers);
  newest_ = std::max(newest_ + 1, net::wall_now());
  const auto line =
      fmt::format("IAMAT {} +34.068930-118.445127 {}.{:09}\n", source.client, newest_ / second, newest_ % second);
  const auto sent = received ? source.socket.send(line) : received;
  if (sent && *sent == line.size()) return true;
  failure_ = source.name + ": " + (sent ? "takes no reports" : sent.error().message);
  return false;
}

/// Takes the answers to the questions that were still under way, until `deadline` at least.
bool SeenProbe::await_answers(Time deadline) {
  const auto begin = net::steady_now();
  while (!stop_ && (net::steady_now() < deadline || asker_.under_way() > 0)) {
    if (net::steady_now() > begin + patience) break;
    const auto exchanged =
        asker_.exchange(std::max(deadline, net::steady_now() + millisecond), [](std::string_view) {});
    if (exchanged) continue;
    failure_ = at_ + ": " + exchanged.error().message;
    return false;
  }
  return true;
}

}  // namespace herd::load
