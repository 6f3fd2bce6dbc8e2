#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "herd/base/result.h"
#include "herd/places/place.h"

namespace herd::geojson {

/// How GeoJSON of anyone's is to be read.
struct GeojsonOptions {
  /// Names in this language come first, as far as there are any: "de". Empty: the names used on the spot.
  std::string language;
  /// What place ids begin with that are made of the input's numbers: "osm:n123". Empty: "osm", "overture", or for
  /// places of one's own the name of their file.
  std::string id_prefix;
  /// All features are OpenStreetMap objects, so those without tags of our table are no places.
  bool only_osm = false;
};

/// Why a feature makes no place: it has no name, is nothing that is looked for (a street), or is nowhere.
enum class LeftOut : std::uint8_t { no, unnamed, no_place, no_geometry };

/// What a feature says of a place.
struct GeojsonPlace {
  LeftOut left_out = LeftOut::no;  ///< if it is, nothing else is said
  places::Place place;
  std::uint64_t version = 0;  ///< the greater, the newer, among those with one place id; 0 if unknown
  std::string_view key;       ///< what it is counted as: "amenity", "stops", "overture", "own"

  static GeojsonPlace none(LeftOut why) {
    GeojsonPlace out;
    out.left_out = why;
    return out;
  }
};

/// Reads a GeoJSON Feature: an OpenStreetMap object whose properties are its tags (geojson_osm.h), a place of
/// Overture's (geojson_overture.h), or one with the properties that docs/places.md lists. `file` is the name of the
/// file it is from without folder and last ending.
Result<GeojsonPlace> parse_geojson_place(const boost::json::value& feature, std::string_view file,
                                         const GeojsonOptions& options);

/// The end of an id for a place that has none: of its name and location, the same whenever it is imported.
std::string derived_id(std::string_view name, geo::Location location);

}  // namespace herd::geojson
