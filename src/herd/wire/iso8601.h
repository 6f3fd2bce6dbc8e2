#pragma once

#include <optional>
#include <string_view>

#include "herd/base/time.h"

namespace herd::wire {

/// Parses "2012-04-12T12:53:58Z" as GPX has it: seconds may have a fraction (to the nanosecond), the zone may be
/// "Z", "+02:00", "+0200", "+02" or missing (UTC). None for anything else and for years before 1700 or after 2199.
std::optional<Time> parse_iso8601(std::string_view text);

}  // namespace herd::wire
