#pragma once

#include <cstdint>

#include "herd/base/time.h"

namespace herd::load {

/// When reports are to be sent at an even rate, whatever the servers do: report number n at `begin` + n / rate. A
/// report's latency counts from then, also if it could only be sent later: a server that stalls is charged for every
/// report that it kept waiting, sent or not (else the stall would show as one slow report: coordinated omission).
class SendSchedule {
 public:
  SendSchedule(Time begin, double per_s) : begin_{begin}, interval_ns_{1e9 / per_s} {}

  Time time_of(std::uint64_t number) const {
    return begin_ + static_cast<Duration>(static_cast<double>(number) * interval_ns_);
  }

  /// How many are due before `time`.
  std::uint64_t due_before(Time time) const {
    if (time <= begin_) return 0;
    // Rounding may put the estimate one off.
    auto number = static_cast<std::uint64_t>(static_cast<double>(time - begin_) / interval_ns_);
    while (number > 0 && time_of(number - 1) >= time) --number;
    while (time_of(number) < time) ++number;
    return number;
  }

 private:
  Time begin_;
  double interval_ns_;
};

}  // namespace herd::load
