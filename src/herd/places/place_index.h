#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "herd/geo/location.h"

namespace herd::places {

/// A place found: its distance, and its number in the index it was found in.
struct Nearest {
  double distance_m = 0;
  std::uint64_t number = 0;

  friend auto operator<=>(const Nearest&, const Nearest&) = default;
};

/// Which places a search is after.
struct PlaceFilter {
  std::uint64_t types = 0;                          ///< only boxes that have one of these; 0: any
  std::function<bool(std::uint64_t)> accepts = {};  ///< whether the place of this number is one; empty: each is
};

/// The point of the unit sphere; chords between such points grow with great-circle distance.
std::array<double, 3> unit_vector(geo::Location location);

/// A packed tree of boxes over places that are sorted so that neighbours stand together: places 8i to 8i+7 are in
/// box i of the lowest level, boxes 8i to 8i+7 of a level in box i of the next, up to a level of one box. Where
/// everything stands follows from the number of places alone, so no bytes, however damaged, lead out of bounds.
/// A box also has the set of the types of the places in it, so that a search for one type passes by where there is
/// none.
///
/// Boxes are of three dimensions, around points of the unit sphere: the antimeridian and the poles are places like
/// any other, and the way from a point to a box is a few multiplications.
class PlaceIndex {
 public:
  static constexpr std::uint64_t fanout = 8;
  static constexpr std::size_t box_bytes =
      32;  ///< least x, y, z, greatest x, y, z: little-endian floats; types: uint64
  static constexpr std::size_t location_bytes = 8;  ///< latitude, longitude: little-endian int32 in 1e-7 degrees

  /// Boxes of one level over so many places or boxes of the one below.
  static constexpr std::uint64_t boxes_over(std::uint64_t below) {
    return below / fanout + (below % fanout != 0 ? 1 : 0);
  }

  /// Boxes of all levels over so many places.
  static std::uint64_t box_count(std::uint64_t places);

  static constexpr std::size_t levels_max = 22;  ///< 8^22 > 2^64

  PlaceIndex() = default;
  /// `boxes` holds box_count(places) boxes, lowest level first, and `locations` so many locations; both must outlive
  /// the index.
  PlaceIndex(const char* boxes, const char* locations, std::uint64_t places);

  std::uint64_t size() const { return places_; }
  geo::Location location(std::uint64_t number) const;

  /// The `limit` places nearest to `center` of those at most `radius_m` away that the filter accepts, nearest first; of
  /// two equally far, the one with the lower number. Distances are geo::distance_m's.
  std::vector<Nearest> nearest(geo::Location center, double radius_m, std::size_t limit,
                               const PlaceFilter& filter = {}) const;

 private:
  struct Level {
    std::uint64_t begin = 0;
    std::uint64_t size = 0;
  };
  const char* boxes_ = nullptr;
  const char* locations_ = nullptr;
  std::uint64_t places_ = 0;
  std::array<Level, levels_max> levels_;
  std::size_t level_count_ = 0;
};

}  // namespace herd::places
