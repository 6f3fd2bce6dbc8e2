#include "herd/geojson/geojson_place.h"

#define XXH_INLINE_ALL
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <charconv>
#include <xxhash.h>

#include "herd/geojson/geojson_geometry.h"
#include "herd/geojson/geojson_osm.h"
#include "herd/geojson/geojson_overture.h"
#include "herd/geojson/json_fields.h"

namespace herd::geojson {
namespace {

namespace json = boost::json;

/// Copies properties[key] to `text`, which stays empty if there is none; false if it is something else than text.
bool read_text(const json::object& properties, std::string_view key, std::string& text) {
  const auto* value = properties.if_contains(key);
  if (value == nullptr || value->is_null()) return true;
  if (!value->is_string()) return false;
  text = std::string_view(value->get_string());
  return true;
}

bool read_types(const json::object& properties, std::vector<std::string>& types) {
  const auto* value = properties.if_contains("types");
  if (value == nullptr || value->is_null()) {
    types = {"point_of_interest", "establishment"};
    return true;
  }
  if (!value->is_array()) return false;
  for (const auto& type : value->get_array()) {
    if (!type.is_string()) return false;
    types.emplace_back(std::string_view(type.get_string()));
  }
  return true;
}

bool read_status(const json::object& properties, places::BusinessStatus& status) {
  std::string text;
  if (!read_text(properties, "business_status", text)) return false;
  if (text == "OPERATIONAL") status = places::BusinessStatus::operational;
  if (text == "CLOSED_TEMPORARILY") status = places::BusinessStatus::closed_temporarily;
  if (text == "CLOSED_PERMANENTLY") status = places::BusinessStatus::closed_permanently;
  return text.empty() || status != places::BusinessStatus::unknown;
}

/// The feature's id, of which GeoJSON says that it is text or a number.
std::string feature_id(const json::object& feature) {
  const auto* id = feature.if_contains("id");
  if (id == nullptr || id->is_null()) return {};
  return id->is_string() ? std::string(std::string_view(id->get_string())) : json::serialize(*id);
}

Result<GeojsonPlace> own_place(const json::object& feature, const json::object& properties, const json::value& geometry,
                               std::string_view file, const GeojsonOptions& options) {
  GeojsonPlace out;
  out.key = "own";
  auto& place = out.place;
  for (const auto& [key, text] : {std::pair<std::string_view, std::string&>{"name", place.name},
                                  {"place_id", place.place_id},
                                  {"vicinity", place.vicinity},
                                  {"attribution", place.attribution},
                                  {"other_names", place.other_names},
                                  {"opening_hours", place.opening_hours}}) {
    if (!read_text(properties, key, text)) return Error{"properties." + std::string(key) + " must be a string"};
  }
  if (!read_types(properties, place.types)) return Error{"properties.types must be a list of strings"};
  if (!read_status(properties, place.status)) {
    return Error{"properties.business_status must be OPERATIONAL, CLOSED_TEMPORARILY or CLOSED_PERMANENTLY"};
  }
  if (place.name.empty()) return GeojsonPlace::none(LeftOut::unnamed);
  const auto location = location_of(geometry);
  if (!location) return location.error();
  place.location = *location;
  if (place.place_id.empty()) {
    const auto id = feature_id(feature);
    const std::string_view prefix = options.id_prefix.empty() ? file : options.id_prefix;
    place.place_id = std::string(prefix) + ":" + (id.empty() ? derived_id(place.name, *location) : id);
  }
  return out;
}

}  // namespace

Result<GeojsonPlace> parse_geojson_place(const json::value& value, std::string_view file,
                                         const GeojsonOptions& options) {
  const auto* feature = value.if_object();
  if (feature == nullptr || text_at(*feature, "type") != "Feature")
    return Error{"not a GeoJSON Feature; one Feature a line or a FeatureCollection is expected"};
  const auto* properties = object_at(*feature, "properties");
  if (properties == nullptr) return GeojsonPlace::none(LeftOut::unnamed);

  const auto* geometry = feature->if_contains("geometry");
  if (geometry == nullptr) return Error{"geometry is missing; null is one, too"};
  if (is_empty(*geometry)) return GeojsonPlace::none(LeftOut::no_geometry);

  if (is_overture_feature(*properties)) return overture_place(*feature, *properties, *geometry, options);
  if (options.only_osm || is_osm_feature(*feature, *properties)) {
    return osm_place(*feature, *properties, *geometry, file, options);
  }
  return own_place(*feature, *properties, *geometry, file, options);
}

std::string derived_id(std::string_view name, geo::Location location) {
  const auto seed = static_cast<std::uint64_t>(static_cast<std::uint32_t>(location.latitude_e7)) << 32U |
                    static_cast<std::uint32_t>(location.longitude_e7);
  std::array<char, 16> digits{};
  auto* const end = std::to_chars(digits.data(), digits.data() + digits.size(),
                                  XXH3_64bits_withSeed(name.data(), name.size(), seed), 16)
                        .ptr;
  return {digits.data(), end};
}

}  // namespace herd::geojson
