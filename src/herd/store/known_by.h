#pragma once

#include <cstdint>

#include "herd/store/tuning.h"

namespace herd::store {

/// A neighbour by its number in this process: 1, 2, 3 ...
using Neighbor = std::uint16_t;
inline constexpr Neighbor heard_here = 0;

/// Which neighbours hold a record, as far as they told us: the one that taught it, and of the first 16 those that sent
/// an equal copy later. Saves a record the way back to where it came from.
struct KnownBy {
  Neighbor taught_by = heard_here;
  std::uint16_t copies_from = 0;  ///< a bit for each of the neighbours 1 to 16

  static std::uint16_t bit(Neighbor neighbor) {
    return neighbor >= 1 && neighbor <= 16 ? static_cast<std::uint16_t>(1U << (neighbor - 1U)) : std::uint16_t{0};
  }
  bool contains(Neighbor neighbor) const {
    return neighbor != heard_here && (taught_by == neighbor || (copies_from & bit(neighbor)) != 0);
  }

  friend bool operator==(const KnownBy&, const KnownBy&) = default;
};

/// Who reads a partition's log. A neighbour that started anew has lost what it taught us: its marks count only on
/// changes after `since`, the partition's last one when it came, so that no mark outlives what it knew, not even if two
/// servers of one name come and go in turn.
struct Reader {
  Neighbor neighbor = heard_here;
  Sequence since = 0;

  bool knows(Sequence sequence, KnownBy known_by) const { return sequence > since && known_by.contains(neighbor); }
};

}  // namespace herd::store
