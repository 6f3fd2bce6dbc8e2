#pragma once

#include <string>
#include <string_view>

#include "herd/base/time.h"

namespace herd::wire {

/// Whole numbers from here on are POSIX milliseconds, not seconds, as trackers have it.
inline constexpr std::uint64_t milliseconds_from = std::uint64_t{1} << 31U;

/// Appends a time in POSIX ns as POSIX seconds, with as many digits after the dot as it needs.
void append_timestamp(std::string& out, Time time);

/// Appends, as POSIX seconds, a time as phones write it: POSIX seconds with an optional fraction, whose digits stay;
/// POSIX milliseconds; either with an exponent, as Java writes large numbers; or ISO 8601, as parse_iso8601() takes it.
/// False, and nothing appended, for anything else and for times before 1970.
bool append_timestamp(std::string& out, std::string_view text);

}  // namespace herd::wire
