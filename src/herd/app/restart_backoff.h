#pragma once

#include <algorithm>

#include "herd/base/time.h"

namespace herd::app {

/// How long a server that crashed stays down: 0.2 s, doubled with each crash up to 5 s, and 0.2 s again once it has
/// lived for 10 s.
class RestartBackoff {
 public:
  /// The wait after a life of this length.
  Duration after_life(Duration lived) {
    if (lived >= lived_well) next_ = first;
    const auto wait = next_;
    next_ = std::min(2 * next_, longest);
    return wait;
  }

 private:
  static constexpr Duration first = 200 * millisecond;
  static constexpr Duration longest = 5 * second;
  static constexpr Duration lived_well = 10 * second;

  Duration next_ = first;
};

}  // namespace herd::app
