#pragma once

#include <algorithm>
#include <cstdint>

#include "herd/base/time.h"

namespace herd::flood {

/// How long to wait before dialling again: twice as long each time up to a maximum, less up to half of it by chance,
/// so that servers that lost the same neighbour do not return in step.
class Backoff {
 public:
  Backoff(Duration min, Duration max) : min_(min), max_(max), next_(min) {}

  /// The wait before the next attempt; `random` is any 64 random bits.
  Duration next(std::uint64_t random) {
    const auto wait = next_;
    next_ = std::min(max_, next_ * 2);
    const auto half = static_cast<std::uint64_t>(wait / 2);
    return wait - static_cast<Duration>(random % (half + 1));
  }

  void reset() { next_ = min_; }

 private:
  Duration min_;
  Duration max_;
  Duration next_;
};

}  // namespace herd::flood
