#include "herd/app/replay_progress.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fmt/format.h>
#include <unistd.h>

#include "herd/app/progress_text.h"
#include "herd/app/terminal.h"

namespace herd::app {

std::string progress_line(const ReplayProgress::Figures& figures, double reports_per_s) {
  std::string bar;
  std::string time = minutes_and_seconds(figures.elapsed);
  if (figures.part) {
    bar = progress_bar(*figures.part) + ' ';
    if (const auto left = time_left(figures.elapsed, *figures.part); !left.empty()) time = left;
  }
  return fmt::format("{}{}  {} sent  {} answered  {}/s  {}", bar, grouped(figures.clients, "client"),
                     grouped(figures.sent), grouped(figures.answered),
                     grouped(static_cast<std::uint64_t>(std::llround(reports_per_s))), time);
}

ReplayProgress::ReplayProgress() : shown_{is_terminal(STDERR_FILENO)} {}

void ReplayProgress::show(const Figures& figures) {
  const auto since = figures.elapsed - drawn_at_;
  if (!shown_ || since < interval) return;
  // Smoothed over about a second: the figure should be readable.
  const double rate = static_cast<double>(figures.answered - answered_before_) * second / static_cast<double>(since);
  const auto window = static_cast<double>(std::max(since, std::min(figures.elapsed, second)));
  reports_per_s_ += (rate - reports_per_s_) * static_cast<double>(since) / window;
  answered_before_ = figures.answered;
  drawn_at_ = figures.elapsed;
  line_ = progress_line(figures, reports_per_s_);
  fmt::print(stderr, "\r{}\x1b[K", line_);
  std::fflush(stderr);
}

void ReplayProgress::say(const std::string& line) {
  if (shown_) {
    fmt::print(stderr, "\r\x1b[Kreplay: {}\n{}", line, line_);
  } else {
    fmt::print(stderr, "replay: {}\n", line);
  }
  std::fflush(stderr);
}

void ReplayProgress::clear() {
  if (!shown_) return;
  shown_ = false;
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
}

}  // namespace herd::app
