#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "herd/geo/location.h"

namespace herd::places {

/// A place to be written to a place file. All text is UTF-8.
struct Place {
  geo::Location location;
  std::string name;
  std::string place_id;            ///< stable from one import to the next: "osm:node/240086"
  std::vector<std::string> types;  ///< Google's names, most specific first: "cafe", "food", ..., "establishment"
  std::string vicinity;            ///< street and town, or region and country; may be empty
  std::string attribution;         ///< HTML that names the source, for html_attributions; may be empty

  friend bool operator==(const Place&, const Place&) = default;
};

/// A place as its file holds it; refers to that file's memory, which must outlive it.
struct PlaceView {
  geo::Location location;
  std::string_view name;
  std::string_view place_id;
  std::span<const std::string_view> types;
  std::string_view vicinity;
  std::string_view attribution;
};

}  // namespace herd::places
