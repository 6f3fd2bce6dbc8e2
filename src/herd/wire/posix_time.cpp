#include "herd/wire/posix_time.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "herd/base/text.h"

namespace herd::wire {
namespace {

constexpr std::size_t nanosecond_digits = 9;

/// Seconds in decimal digits, at most `posix_seconds_max`.
std::optional<std::int64_t> parse_seconds(std::string_view digits) {
  if (digits.empty()) return std::nullopt;
  std::int64_t seconds = 0;
  for (const char c : digits) {
    seconds = seconds * 10 + (c - '0');
    if (seconds > posix_seconds_max) return std::nullopt;
  }
  return seconds;
}

std::int64_t nanoseconds_of(std::string_view fraction) {
  std::int64_t nanoseconds = 0;
  for (std::size_t i = 0; i < nanosecond_digits; ++i) {
    nanoseconds = nanoseconds * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  }
  return nanoseconds;
}

constexpr std::array<std::int64_t, nanosecond_digits + 1> powers_of_ten{
    1, 10, 100, 1000, 10'000, 100'000, 1000'000, 10'000'000, 100'000'000, 1000'000'000};

constexpr std::uint8_t style_without_dot = 1;
constexpr std::uint8_t style_with_dot = 2;  // and as many more as there are digits after the dot

constexpr std::size_t fraction_digits_of(TimeStyle style) {
  return style.bits > style_with_dot ? std::size_t{style.bits} - style_with_dot : 0;
}

}  // namespace

std::optional<WrittenTime> parse_written_posix_time(std::string_view text) {
  const auto whole = take_digits(text);
  const auto seconds = parse_seconds(whole);
  if (!seconds) return std::nullopt;
  std::string_view fraction;
  auto style = style_without_dot;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = take_digits(text);
    style = static_cast<std::uint8_t>(style_with_dot + std::min(fraction.size(), nanosecond_digits));
  }
  if (!text.empty()) return std::nullopt;
  const bool is_verbatim = (whole.size() > 1 && whole.front() == '0') || fraction.size() > nanosecond_digits;
  return WrittenTime{*seconds * second + nanoseconds_of(fraction), {is_verbatim ? std::uint8_t{0} : style}};
}

std::optional<Time> parse_posix_time(std::string_view text) {
  const auto written = parse_written_posix_time(text);
  if (!written) return std::nullopt;
  return written->time;
}

bool is_canonical(const WrittenTime& written) {
  return !written.style.is_verbatim() && written.style.bits <= style_with_dot + nanosecond_digits &&
         written.time >= 0 && written.time / second <= posix_seconds_max &&
         written.time % powers_of_ten[nanosecond_digits - fraction_digits_of(written.style)] == 0;
}

void append_posix_time(std::string& out, const WrittenTime& written) {
  assert(is_canonical(written));
  append_number(out, written.time / second);
  if (written.style.bits >= style_with_dot) out += '.';
  for (std::size_t i = 1; i <= fraction_digits_of(written.style); ++i) {
    out += static_cast<char>('0' + written.time / powers_of_ten[nanosecond_digits - i] % 10);
  }
}

void append_difference(std::string& out, Duration difference) {
  // The magnitude as unsigned, since that of the least int64 does not fit int64.
  auto rest = difference < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(difference)
                             : static_cast<std::uint64_t>(difference);
  std::array<char, 24> text;
  auto* at = text.data() + text.size();
  for (std::size_t i = 0; i < nanosecond_digits; ++i, rest /= 10) *--at = static_cast<char>('0' + rest % 10);
  *--at = '.';
  do {
    *--at = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  *--at = difference < 0 ? '-' : '+';
  out.append(at, text.data() + text.size());
}

std::optional<Duration> parse_difference(std::string_view text) {
  if (!text.starts_with('+') && !text.starts_with('-')) return std::nullopt;
  const bool negative = text.front() == '-';
  text.remove_prefix(1);
  const auto whole = take_digits(text);
  const auto seconds = parse_seconds(whole);
  if (!seconds || (whole.size() > 1 && whole.front() == '0') || !text.starts_with('.')) return std::nullopt;
  text.remove_prefix(1);
  const auto fraction = take_digits(text);
  if (fraction.size() != nanosecond_digits || !text.empty()) return std::nullopt;
  const Duration magnitude = *seconds * second + nanoseconds_of(fraction);
  if (negative && magnitude == 0) return std::nullopt;
  return negative ? -magnitude : magnitude;
}

}  // namespace herd::wire
