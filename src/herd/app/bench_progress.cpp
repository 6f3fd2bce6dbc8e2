#include "herd/app/bench_progress.h"

#include <cstdio>
#include <fmt/format.h>
#include <unistd.h>

#include "herd/app/progress_text.h"
#include "herd/app/terminal.h"

namespace herd::app {

BenchProgress::BenchProgress(const load::LoadPlan& plan) : plan_{plan}, shown_{is_terminal(STDERR_FILENO)} {}

void BenchProgress::show(std::uint64_t answered, Duration elapsed) {
  if (!shown_ || (drawn_at_ && elapsed - *drawn_at_ < interval)) return;
  const auto since = drawn_at_ ? elapsed - *drawn_at_ : elapsed + plan_.warm_up;
  const auto per_s =
      since <= 0 ? 0 : static_cast<double>(answered - answered_before_) * second / static_cast<double>(since);
  drawn_at_ = elapsed;
  answered_before_ = answered;
  std::string time = elapsed < 0 ? "warming up" : minutes_and_seconds(elapsed);
  if (elapsed >= 0 && plan_.duration) time += " of " + minutes_and_seconds(*plan_.duration);
  say(fmt::format("{}  {} reports answered  {}/s", time, grouped(answered),
                  grouped(static_cast<std::uint64_t>(per_s))));
}

void BenchProgress::say(const std::string& doing) {
  if (!shown_) return;
  fmt::print(stderr, "\r{}\x1b[K", doing);
  std::fflush(stderr);
}

void BenchProgress::clear() {
  if (shown_) say("");
}

}  // namespace herd::app
