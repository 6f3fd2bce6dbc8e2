#pragma once

#include <cstddef>
#include <string>

#include "herd/geo/location.h"

namespace herd::places {

/// What is near a point: nearest first.
struct NearbyQuery {
  geo::Location center;
  double radius_m = 0;
  std::size_t limit = 20;
  std::string type = {};     ///< only places of this type of Google's: "cafe"; empty: of any
  std::string keyword = {};  ///< only places with all of these words in their names, types or vicinity; empty: any
};

/// Where places come from. Implementations are safe to call from several threads at once and may take their time:
/// the caller does not ask on a thread that serves connections.
class Provider {
 public:
  virtual ~Provider() = default;

  /// A response in the shape of Google's legacy Nearby Search: one JSON object, a result a line, no empty lines.
  virtual std::string nearby_search(const NearbyQuery& query) const = 0;
};

}  // namespace herd::places
