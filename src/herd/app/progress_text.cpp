#include "herd/app/progress_text.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace herd::app {

std::string grouped(std::uint64_t number) {
  return fmt::format("{}", fmt::group_digits(number));
}

std::string grouped(std::uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", grouped(count), what, count == 1 ? "" : "s");
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

}  // namespace herd::app
