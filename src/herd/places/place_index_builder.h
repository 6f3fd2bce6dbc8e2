#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "herd/geo/location.h"

namespace herd::places {

/// What a PlaceIndex consists of, besides its locations.
struct BuiltIndex {
  std::vector<std::uint32_t> order;  ///< which location stands at each number of the index
  std::string boxes;
};

/// Sorts fewer than 2^32 locations for a PlaceIndex. The same locations make the same index everywhere.
BuiltIndex build_index(std::span<const geo::Location> locations);

}  // namespace herd::places
