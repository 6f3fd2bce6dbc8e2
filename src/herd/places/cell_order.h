#pragma once

#include <cstdint>

#include "herd/geo/location.h"

namespace herd::places {

/// Where `location` lies on the Hilbert curve over longitude and latitude, in cells of 1e-7 degree: places that follow
/// one another in this order are near one another, so that a run of them fits into a small box.
/// (D. Hilbert, Mathematische Annalen 38, 1891.)
constexpr std::uint64_t cell_order(geo::Location location) {
  auto x = static_cast<std::uint32_t>(std::int64_t{location.longitude_e7} + 1'800'000'000);
  auto y = static_cast<std::uint32_t>(std::int64_t{location.latitude_e7} + 900'000'000);
  std::uint64_t order = 0;
  for (auto side = std::uint32_t{1} << 31U; side != 0; side >>= 1U) {
    const bool right = (x & side) != 0;
    const bool upper = (y & side) != 0;
    order = (order << 2U) | (right ? (upper ? 2U : 3U) : (upper ? 1U : 0U));
    // Each quarter is the whole curve turned, so that the quarters' ends meet.
    if (!upper) {
      if (right) {
        x = ~x;
        y = ~y;
      }
      const auto turned = x;
      x = y;
      y = turned;
    }
  }
  return order;
}

}  // namespace herd::places
