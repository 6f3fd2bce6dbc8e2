#include "herd/wire/iso8601.h"

#include <array>

#include "herd/base/text.h"

namespace herd::wire {
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

bool is_leap(int year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int days_in(int month, int year) {
  static constexpr std::array days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return days[static_cast<std::size_t>(month) - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

/// Since 1970-01-01, in the Gregorian calendar.
std::int64_t days_until(int year, int month, int day) {
  const auto leap_days_before = [](int y) { return (y - 1) / 4 - (y - 1) / 100 + (y - 1) / 400; };
  std::int64_t days = 365 * (std::int64_t{year} - 1970) + leap_days_before(year) - leap_days_before(1970) + day - 1;
  for (int m = 1; m < month; ++m) days += days_in(m, year);
  return days;
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
  if (day > days_in(month, year)) return std::nullopt;

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

  const auto days = days_until(year, month, day);
  return ((days * 24 + hours) * 3600 + minutes * 60 + seconds) * second + fraction - *zone;
}

}  // namespace herd::wire
