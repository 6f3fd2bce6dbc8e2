#pragma once

#include <cstddef>
#include <vector>

#include "herd/base/time.h"
#include "herd/store/known_by.h"

namespace herd::store {

/// Who is bringing a partition up to date. One neighbour at a time, so that a server that was away gets what it missed
/// once, and not from each of its neighbours: the next one is told what is still missing after that.
class Turns {
 public:
  /// No turn lasts longer; whoever is slow or hangs does not keep the others away for ever.
  static constexpr Duration turn_max = second;

  explicit Turns(std::size_t partitions) : turns_(partitions) {}

  /// Whether it is this neighbour's turn, which it then has until it ends it or `turn_max` is over. Times are a steady
  /// clock's.
  bool take(std::size_t partition, Neighbor neighbor, Time now) {
    auto& turn = turns_[partition];
    if (now >= turn.ends_at) turn = {neighbor, now + turn_max};
    return turn.neighbor == neighbor;
  }

  void end(std::size_t partition, Neighbor neighbor) {
    if (turns_[partition].neighbor == neighbor) turns_[partition] = {};
  }

 private:
  struct Turn {
    Neighbor neighbor = heard_here;
    Time ends_at = 0;
  };

  std::vector<Turn> turns_;
};

}  // namespace herd::store
