#include "herd/app/replay_progress.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fmt/format.h>
#include <unistd.h>

#include "herd/app/terminal.h"

namespace herd::app {

std::string grouped(std::uint64_t number) {
  return fmt::format("{}", fmt::group_digits(number));
}

std::string minutes_and_seconds(Duration duration) {
  const auto seconds = duration / second;
  if (seconds < 3600) return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string progress_bar(double part) {
  constexpr long width = 16;
  const auto full = std::lround(std::clamp(part, 0.0, 1.0) * width);
  std::string bar;
  for (long i = 0; i < width; ++i) bar += i < full ? "█" : "░";
  return bar;
}

std::string time_left(Duration elapsed, double part) {
  if (!(part > 0)) return {};
  const double left = static_cast<double>(elapsed) * (1 - std::min(part, 1.0)) / part;
  return minutes_and_seconds(static_cast<Duration>(std::min(left, 1e17))) + " left";
}

std::string progress_line(const ReplayProgress::Figures& figures, double reports_per_s) {
  std::string bar;
  std::string time = minutes_and_seconds(figures.elapsed);
  if (figures.part) {
    bar = progress_bar(*figures.part) + ' ';
    if (const auto left = time_left(figures.elapsed, *figures.part); !left.empty()) time = left;
  }
  return fmt::format("{}{} client{}  {} sent  {} answered  {}/s  {}", bar, grouped(figures.clients),
                     figures.clients == 1 ? "" : "s", grouped(figures.sent), grouped(figures.answered),
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
