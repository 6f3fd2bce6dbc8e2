#include "herd/app/iso8601.h"

#include <chrono>

#include "herd/base/text.h"

namespace herd::app {
namespace {

/// Takes exactly `digits` digits off the front of `text`; -1 if there are fewer or the number is above `max`.
int take_number(std::string_view& text, std::size_t digits, int max) {
  const auto number =
      text.size() < digits ? std::nullopt : parse_whole(text.substr(0, digits), static_cast<std::uint64_t>(max));
  if (!number) return -1;
  text.remove_prefix(digits);
  return static_cast<int>(*number);
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

/// Takes a zone: how far its clocks are ahead of UTC.
std::optional<Duration> take_zone(std::string_view& text) {
  if (text.empty() || take(text, 'Z') || take(text, 'z')) return Duration{0};
  const bool behind = text.starts_with('-');
  if (!take(text, '+') && !take(text, '-')) return std::nullopt;
  const int hours = take_number(text, 2, 23);
  const int minutes = take(text, ':') || !text.empty() ? take_number(text, 2, 59) : 0;
  if (hours < 0 || minutes < 0) return std::nullopt;
  return (hours * 60 + minutes) * (behind ? -60 : 60) * second;
}

}  // namespace

std::optional<Time> parse_iso8601(std::string_view text) {
  const int year = take_number(text, 4, 2199);
  if (year < 1700 || !take(text, '-')) return std::nullopt;
  const int month = take_number(text, 2, 12);
  if (month < 1 || !take(text, '-')) return std::nullopt;
  const int day = take_number(text, 2, 31);
  if (day < 1 || !(take(text, 'T') || take(text, 't') || take(text, ' '))) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;

  const int hours = take_number(text, 2, 23);
  if (hours < 0 || !take(text, ':')) return std::nullopt;
  const int minutes = take_number(text, 2, 59);
  if (minutes < 0 || !take(text, ':')) return std::nullopt;
  const int seconds = take_number(text, 2, 60);
  if (seconds < 0) return std::nullopt;

  Duration fraction = 0;
  if (take(text, '.') || take(text, ',')) {
    const auto digits = take_digits(text);
    if (digits.empty()) return std::nullopt;
    for (std::size_t i = 0; i < 9; ++i) fraction = fraction * 10 + (i < digits.size() ? digits[i] - '0' : 0);
  }
  const auto zone = take_zone(text);
  if (!zone || !text.empty()) return std::nullopt;

  const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
  return ((days * 24 + hours) * 3600 + minutes * 60 + seconds) * second + fraction - *zone;
}

}  // namespace herd::app
