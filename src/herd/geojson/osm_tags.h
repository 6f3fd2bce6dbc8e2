#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace herd::geojson {

/// What an OpenStreetMap object is to us, by its tags.
struct OsmKind {
  std::vector<std::string> types;  ///< Google's legacy types, most specific first; empty: it is no place of ours
  std::string_view key;            ///< what it is counted as: its first key of the table ("amenity"), or "stops"
  bool is_establishment = false;   ///< a business or point of interest; else a town, a quarter, an island ...
};

/// `tags` are keys and values; what is no text is no tag.
OsmKind osm_kind(const boost::json::object& tags);

/// Google's types of a value of `amenity`, `shop` and so on, whichever has it: "ice_cream" as "food". Empty if no key
/// of the table has it; other words than OpenStreetMap's are not known.
std::vector<std::string> types_of_osm_value(std::string_view value);

/// The filter of `osmium tags-filter` for all objects of which osm_kind() knows types, an expression each.
std::vector<std::string> osmium_filter();

}  // namespace herd::geojson
