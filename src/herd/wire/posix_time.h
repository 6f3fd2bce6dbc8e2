#pragma once

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

/// Appends a span with its sign and nine fraction digits: "+0.263873386".
void append_difference(std::string& out, Duration difference);

/// Parses what append_difference writes, and nothing else.
std::optional<Duration> parse_difference(std::string_view text);

}  // namespace herd::wire
