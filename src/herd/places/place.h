#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "herd/geo/location.h"

namespace herd::places {

/// Whether a place is open for business at all, as Google's business_status has it.
enum class BusinessStatus : std::uint8_t { unknown, operational, closed_temporarily, closed_permanently };

/// A place to be written to a place file. All text is UTF-8.
struct Place {
  geo::Location location;
  std::string name;
  std::string place_id;            ///< stable from one import to the next: "osm:n240086"
  std::vector<std::string> types;  ///< Google's names, most specific first: "cafe", "food", ..., "establishment"
  std::string vicinity = {};       ///< street and town, or region and country; may be empty
  std::string attribution = {};    ///< HTML that names the source, for html_attributions; may be empty
  std::string other_names = {};  ///< in other languages, former ones: found by keyword, ';' between them; may be empty
  std::string opening_hours = {};  ///< as OpenStreetMap writes them: "Mo-Fr 08:00-18:00"; may be empty
  BusinessStatus status = BusinessStatus::unknown;

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
  std::string_view other_names = {};
  std::string_view opening_hours = {};
  BusinessStatus status = BusinessStatus::unknown;
};

}  // namespace herd::places
