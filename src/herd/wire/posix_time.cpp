#include "herd/wire/posix_time.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>

#include "herd/base/digits.h"
#include "herd/base/text.h"

namespace herd::wire {
namespace {

constexpr std::size_t nanosecond_digits = 9;
constexpr std::uint64_t nanoseconds = second;  // in a second

constexpr std::uint8_t style_without_dot = 1;
constexpr std::uint8_t style_with_dot = 2;  // and as many more as there are digits after the dot

constexpr std::size_t fraction_digits_of(TimeStyle style) {
  return style.bits > style_with_dot ? std::size_t{style.bits} - style_with_dot : 0;
}

/// Writes the whole seconds of a time, ten digits at most, and gives their end.
char* write_seconds(char* at, std::uint64_t time) {
  return std::to_chars(at, at + 10, time / nanoseconds).ptr;
}

/// Writes the nanoseconds of a time, nine digits, and gives their end.
char* write_nanoseconds(char* at, std::uint64_t time) {
  const auto rest = static_cast<std::uint32_t>(time % nanoseconds);
  at = store_bytes(at, eight_digits(rest / 10));
  *at++ = static_cast<char>('0' + rest % 10);
  return at;
}

}  // namespace

std::optional<WrittenTime> take_written_posix_time(std::string_view& from) {
  std::string_view text(from.data(), from.size());
  const bool begins_with_zero = text.starts_with('0');
  const auto whole = take_number(text, posix_seconds_max);
  if (!whole || whole->digits == 0) return std::nullopt;
  Number fraction;
  auto style = style_without_dot;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = take_fraction<nanosecond_digits>(text);
    style = static_cast<std::uint8_t>(style_with_dot + std::min(fraction.digits, nanosecond_digits));
  }
  from = text;
  const bool is_verbatim = (begins_with_zero && whole->digits > 1) || fraction.digits > nanosecond_digits;
  return WrittenTime{static_cast<Time>(whole->value) * second + static_cast<Time>(fraction.value),
                     {is_verbatim ? std::uint8_t{0} : style}};
}

std::optional<WrittenTime> parse_written_posix_time(std::string_view text) {
  const auto written = take_written_posix_time(text);
  return text.empty() ? written : std::nullopt;
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
  assert(!written.style.is_verbatim());
  std::array<char, 24> text;
  const auto time = static_cast<std::uint64_t>(written.time);
  auto* at = write_seconds(text.data(), time);
  if (written.style.bits >= style_with_dot) *at++ = '.';
  write_nanoseconds(at, time);
  out.append(text.data(), at + fraction_digits_of(written.style));
}

void append_difference(std::string& out, Duration difference) {
  // The magnitude as unsigned, since that of the least int64 does not fit int64.
  const auto magnitude = difference < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(difference)
                                        : static_cast<std::uint64_t>(difference);
  std::array<char, 24> text;
  text[0] = difference < 0 ? '-' : '+';
  auto* at = write_seconds(text.data() + 1, magnitude);
  *at++ = '.';
  out.append(text.data(), write_nanoseconds(at, magnitude));
}

std::optional<Duration> parse_difference(std::string_view text) {
  if (!text.starts_with('+') && !text.starts_with('-')) return std::nullopt;
  const bool negative = text.front() == '-';
  text.remove_prefix(1);
  const bool begins_with_zero = text.starts_with('0');
  const auto whole = take_number(text, posix_seconds_max);
  if (!whole || whole->digits == 0 || (begins_with_zero && whole->digits > 1)) return std::nullopt;
  if (!text.starts_with('.')) return std::nullopt;
  text.remove_prefix(1);
  const auto fraction = take_fraction<nanosecond_digits>(text);
  if (fraction.digits != nanosecond_digits || !text.empty()) return std::nullopt;
  const auto magnitude = static_cast<Duration>(whole->value) * second + static_cast<Duration>(fraction.value);
  if (negative && magnitude == 0) return std::nullopt;
  return negative ? -magnitude : magnitude;
}

}  // namespace herd::wire
