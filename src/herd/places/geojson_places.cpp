#include "herd/places/geojson_places.h"

#include <boost/json.hpp>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include "herd/base/text.h"

namespace herd::places {
namespace {

namespace json = boost::json;

/// `degrees` in units of 1e-7; none if it is no number or beyond `degrees_max` either way.
std::optional<std::int32_t> to_e7(const json::value& degrees, double degrees_max) {
  if (!degrees.is_number()) return std::nullopt;
  const auto number = degrees.to_number<double>();
  if (!(std::abs(number) <= degrees_max)) return std::nullopt;
  return static_cast<std::int32_t>(std::lround(number * 1e7));
}

Result<geo::Location> parse_point(const json::value* geometry) {
  const auto* object = geometry == nullptr ? nullptr : geometry->if_object();
  const auto* type = object == nullptr ? nullptr : object->if_contains("type");
  if (type == nullptr || *type != "Point") {
    return Error{"geometry must be a Point; give lines and areas a point of their own first"};
  }
  const auto* coordinates = object->if_contains("coordinates");
  const auto* pair = coordinates == nullptr ? nullptr : coordinates->if_array();
  if (pair != nullptr && pair->size() >= 2) {
    const auto longitude = to_e7(pair->at(0), 180);
    const auto latitude = to_e7(pair->at(1), 90);
    if (longitude && latitude) return geo::Location{*latitude, *longitude};
  }
  return Error{"geometry.coordinates must be [longitude, latitude] in degrees"};
}

/// Copies properties[key] to `text`, which stays empty if there is none; false if it is something else than text.
bool read_text(const json::object& properties, std::string_view key, std::string& text) {
  const auto* value = properties.if_contains(key);
  if (value == nullptr || value->is_null()) return true;
  if (!value->is_string()) return false;
  text = value->get_string();
  return true;
}

bool read_types(const json::object& properties, std::vector<std::string>& types) {
  const auto* value = properties.if_contains("types");
  if (value == nullptr || !value->is_array()) return false;
  for (const auto& type : value->get_array()) {
    if (!type.is_string()) return false;
    types.emplace_back(type.get_string());
  }
  return true;
}

}  // namespace

Result<Place> parse_geojson_place(std::string_view feature) {
  boost::system::error_code error;
  const auto value = json::parse(feature, error);
  if (error) return Error{"not JSON in UTF-8, one Feature a line: " + error.message()};
  const auto* object = value.if_object();
  const auto* type = object == nullptr ? nullptr : object->if_contains("type");
  if (type == nullptr || *type != "Feature") return Error{"not a GeoJSON Feature; write one Feature a line"};

  Place place;
  const auto location = parse_point(object->if_contains("geometry"));
  if (!location) return location.error();
  place.location = *location;

  const auto* found = object->if_contains("properties");
  const auto* properties = found == nullptr ? nullptr : found->if_object();
  if (properties == nullptr) return Error{"properties are missing; a place needs name, place_id and types"};
  for (const auto& [key, text] : {std::pair<std::string_view, std::string&>{"name", place.name},
                                  {"place_id", place.place_id},
                                  {"vicinity", place.vicinity},
                                  {"attribution", place.attribution}}) {
    if (!read_text(*properties, key, text)) return Error{"properties." + std::string(key) + " must be a string"};
  }
  if (!read_types(*properties, place.types)) return Error{"properties.types must be a list of strings"};
  return place;
}

Result<void> read_geojson_places(std::istream& in, std::string_view name,
                                 const std::function<Result<void>(const Place&)>& on_place) {
  const auto at = [&](std::uint64_t line, const std::string& what) {
    return Error{std::string(name) + ":" + std::to_string(line) + ": " + what};
  };
  constexpr char record_separator = '\x1e';
  std::string line;
  std::uint64_t number = 0;
  while (std::getline(in, line)) {
    ++number;
    auto feature = trim(line);
    if (feature.starts_with(record_separator)) feature = trim(feature.substr(1));
    if (feature.empty()) continue;
    const auto place = parse_geojson_place(feature);
    if (!place) return at(number, place.error().message);
    if (const auto taken = on_place(*place); !taken) return at(number, taken.error().message);
  }
  if (!in.eof()) return at(number + 1, "cannot be read; check the file");
  return {};
}

}  // namespace herd::places
