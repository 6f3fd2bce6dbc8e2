#pragma once

#include <cstdint>

namespace herd {

/// A point in time in nanoseconds: POSIX time where a client or a record is concerned, a steady clock's where
/// only intervals matter. Always an argument below `net`; nobody there reads a clock.
using Time = std::int64_t;
/// A span of time in nanoseconds.
using Duration = std::int64_t;

inline constexpr Duration microsecond = 1'000;
inline constexpr Duration millisecond = 1'000'000;
inline constexpr Duration second = 1'000'000'000;

}  // namespace herd
