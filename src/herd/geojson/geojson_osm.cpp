#include "herd/geojson/geojson_osm.h"

#include <algorithm>
#include <array>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <vector>

#include "herd/base/text.h"
#include "herd/geojson/geojson_geometry.h"
#include "herd/geojson/json_fields.h"
#include "herd/geojson/osm_tags.h"

namespace herd::geojson {
namespace {

namespace json = boost::json;

constexpr std::string_view attribution =
    R"(© <a href="https://www.openstreetmap.org/copyright">OpenStreetMap contributors</a>, <a href="https://opendatacommons.org/licenses/odbl/1-0/">ODbL 1.0</a>)";

/// "n123" of "n123", "node/123"; "w45" of "a90" and "r6" of "a13", which is how osmium numbers areas. None if it is
/// something else; numbers below zero are those of objects that were never uploaded.
std::optional<std::string> parse_osm_id(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, char>, 7> types = {
      {{"node/", 'n'}, {"way/", 'w'}, {"relation/", 'r'}, {"n", 'n'}, {"w", 'w'}, {"r", 'r'}, {"a", 'a'}}};
  for (const auto& [prefix, type] : types) {
    if (!text.starts_with(prefix)) continue;
    auto digits = text.substr(prefix.size());
    const std::string_view sign = digits.starts_with('-') ? "-" : "";
    digits.remove_prefix(sign.size());
    const auto number = parse_whole(digits, INT64_MAX);
    if (!number) continue;
    std::string id(1, type == 'a' ? (*number % 2 == 0 ? 'w' : 'r') : type);
    return id.append(sign) += std::to_string(type == 'a' ? *number / 2 : *number);
  }
  return std::nullopt;
}

std::optional<std::string> osm_id(const json::object& feature, const json::object& properties) {
  auto id = parse_osm_id(text_at(properties, "@id"));
  if (id) return id;
  const auto type = text_at(properties, "@type");
  if (const auto* number = properties.if_contains("@id"); number != nullptr && !type.empty()) {
    if (const auto* whole = number->if_int64()) return parse_osm_id(std::string(type) + "/" + std::to_string(*whole));
  }
  return parse_osm_id(text_at(feature, "id"));
}

/// Names that are not shown but found, each once, and not the one that is shown.
std::string other_names(const json::object& tags, std::string_view shown, const std::string& of_language) {
  std::vector<std::string_view> names{shown};
  std::string out;
  for (const std::string_view key :
       std::array<std::string_view, 10>{"name", of_language, "name:en", "int_name", "alt_name", "official_name",
                                        "short_name", "loc_name", "old_name", "brand"}) {
    for (auto rest = text_at(tags, key); !rest.empty();) {
      const auto end = std::min(rest.find(';'), rest.size());
      const auto name = trim(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (std::ranges::find(names, name) != names.end()) continue;
      names.push_back(name);
      append_item(out, ";", name);
    }
  }
  return out;
}

std::string address(const json::object& tags) {
  std::string street(text_at(tags, "addr:street"));
  if (street.empty()) street = text_at(tags, "addr:place");
  if (!street.empty()) append_item(street, " ", text_at(tags, "addr:housenumber"));
  if (street.empty()) street = text_at(tags, "addr:full");
  append_item(street, ", ", text_at(tags, "addr:city"));
  return street;
}

places::BusinessStatus status(const json::object& tags) {
  for (const auto* key : {"disused", "abandoned", "demolished", "razed"}) {
    if (text_at(tags, key) == "yes") return places::BusinessStatus::closed_permanently;
  }
  const auto hours = text_at(tags, "opening_hours");
  return hours == "off" || hours == "closed" ? places::BusinessStatus::closed_temporarily
                                             : places::BusinessStatus::operational;
}

}  // namespace

bool is_osm_feature(const json::object& feature, const json::object& properties) {
  for (const auto* key : {"place_id", "types", "vicinity", "business_status"}) {
    if (properties.contains(key)) return false;  // a place of someone's own
  }
  if (properties.contains("@id")) return true;
  if (parse_osm_id(text_at(feature, "id"))) return true;
  return !properties.contains("attribution") && !osm_kind(properties).types.empty();
}

Result<GeojsonPlace> osm_place(const json::object& feature, const json::object& properties, const json::value& geometry,
                               std::string_view file, const GeojsonOptions& options) {
  auto kind = osm_kind(properties);
  if (kind.types.empty()) return GeojsonPlace::none(LeftOut::no_place);
  const auto name = trim(text_at(properties, "name"));
  if (name.empty()) return GeojsonPlace::none(LeftOut::unnamed);

  const auto location = location_of(geometry);
  if (!location) return location.error();

  GeojsonPlace out;
  const std::string of_language = "name:" + options.language;
  const auto translated = options.language.empty() ? std::string_view() : trim(text_at(properties, of_language));
  out.place.name = translated.empty() ? name : translated;
  out.place.other_names = other_names(properties, out.place.name, of_language);
  out.place.location = *location;
  const auto id = osm_id(feature, properties);
  const auto prefix = !options.id_prefix.empty() ? options.id_prefix : id ? "osm" : std::string(file);
  out.place.place_id = prefix + ":" + (id ? *id : derived_id(name, *location));
  out.place.types = std::move(kind.types);
  out.place.vicinity = kind.is_establishment ? address(properties) : std::string(text_at(properties, "is_in"));
  out.place.attribution = attribution;
  out.place.opening_hours = text_at(properties, "opening_hours");
  if (kind.is_establishment) out.place.status = status(properties);
  // A closed way may come as a line and as an area; the area has a better place.
  out.version = number_at(properties, "@version") * 2 + (is_area(geometry) ? 1 : 0);
  out.key = kind.key;
  return out;
}

}  // namespace herd::geojson
