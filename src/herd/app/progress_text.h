#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "herd/base/time.h"

namespace herd::app {

/// "████░░░░░░░░░░░░" for a quarter; `part` is 0 to 1.
std::string progress_bar(double part);
/// "0:12 left" when `part` (0 to 1) took `elapsed`; empty if nothing is done yet.
std::string time_left(Duration elapsed, double part);
/// "1,234,567"
std::string grouped(std::uint64_t number);
/// "1 client", "1,234,567 clients"
std::string grouped(std::uint64_t count, std::string_view what);
/// "4:07", "1:02:03"
std::string minutes_and_seconds(Duration duration);

}  // namespace herd::app
