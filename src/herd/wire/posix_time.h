#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "herd/base/time.h"

namespace herd::wire {

/// The last whole second whose nanoseconds still fit int64.
inline constexpr std::int64_t posix_seconds_max = 9'223'372'035;

/// Parses POSIX seconds with an optional fraction: "1621464827.959498503". Digits beyond the ninth of the fraction
/// are dropped; a dot without digits after it is accepted. None for a sign, an exponent, or more than
/// `posix_seconds_max` seconds.
std::optional<Time> parse_posix_time(std::string_view text);

/// How a time was written, as far as it can be written again from its number; four bits.
struct TimeStyle {
  static constexpr unsigned width = 4;
  /// 0: verbatim, the number is not enough (leading zeros, or more than nine digits after the dot).
  /// 1: no dot. 2: a dot and nothing after it. From 3 on: 1 to 9 digits after the dot.
  std::uint8_t bits = 0;
  static constexpr std::uint8_t nanoseconds = 11;  ///< nine digits
  static constexpr std::uint8_t styles = 12;       ///< all bits are less than this

  bool is_verbatim() const { return bits == 0; }

  friend bool operator==(const TimeStyle&, const TimeStyle&) = default;
};

/// A time and how it was written. Different texts give different values, unless the style is verbatim.
struct WrittenTime {
  Time time = 0;
  TimeStyle style;

  friend bool operator==(const WrittenTime&, const WrittenTime&) = default;
};

/// parse_posix_time, and how it was written.
std::optional<WrittenTime> parse_written_posix_time(std::string_view text);

/// Takes such a text off the front of `text`, which may go on with anything but a digit, or a dot if it has none.
/// If there is none, `text` is left anywhere.
std::optional<WrittenTime> take_written_posix_time(std::string_view& text);

/// Whether parse_written_posix_time could have given this from some text, with a style that is not verbatim.
bool is_canonical(const WrittenTime& written);

/// Appends the very text that parse_written_posix_time took `written` from, which must be canonical.
void append_posix_time(std::string& out, const WrittenTime& written);

/// Appends a span with its sign and nine fraction digits: "+0.263873386".
void append_difference(std::string& out, Duration difference);

/// Parses what append_difference writes, and nothing else.
std::optional<Duration> parse_difference(std::string_view text);

}  // namespace herd::wire
