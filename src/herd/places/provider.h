#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

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

/// Where places come from. Any thread may call; safe for several at once.
class Provider {
 public:
  virtual ~Provider() = default;

  /// No further answers are made once those to a find_nearby() have this many bytes. Twenty results of Google's have
  /// some 60 kB.
  static constexpr std::size_t answers_bytes_max = 1024 * 1024;

  /// An answer to each of the first queries, in their order: a response in the shape of Google's legacy Nearby Search,
  /// without empty lines and without a newline at its end. Fewer answers than queries: they are large, and whoever
  /// asked may ask for the rest once these are out of the way. No answers at all: the look-up failed for want of
  /// memory.
  using Found = std::function<void(std::vector<std::string> answers)>;

  /// Looks them all up without keeping the caller waiting, and calls `on_found` once, on a thread of its own. What
  /// `on_found` refers to must live until then, or until the provider is destroyed, which calls nothing any more.
  virtual void find_nearby(std::vector<NearbyQuery> queries, Found on_found) = 0;
};

}  // namespace herd::places
