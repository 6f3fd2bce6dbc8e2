#pragma once

#include <cstdint>

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

}  // namespace herd::store
