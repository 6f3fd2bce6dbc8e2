#include "herd/geojson/geojson_overture.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <set>
#include <string>
#include <utility>

#include "herd/geojson/geojson_geometry.h"
#include "herd/geojson/json_fields.h"
#include "herd/geojson/osm_tags.h"

namespace herd::geojson {
namespace {

namespace json = boost::json;

constexpr std::string_view credit =
    R"(© <a href="https://overturemaps.org">Overture Maps Foundation</a>, <a href="https://cdla.dev/permissive-2-0/">CDLA Permissive 2.0</a>)";
constexpr std::string_view credit_with_osm =
    R"(© <a href="https://overturemaps.org">Overture Maps Foundation</a>, © <a href="https://www.openstreetmap.org/copyright">OpenStreetMap contributors</a>, <a href="https://opendatacommons.org/licenses/odbl/1-0/">ODbL 1.0</a>)";

// Of Overture's categories those that OpenStreetMap's values do not have by the same name; what is in neither is its
// own type, as it is written.
constexpr std::pair<std::string_view, std::string_view> categories[] = {
    {"accommodation", "hotel"},
    {"arts_and_entertainment", "attraction"},
    {"automotive_repair", "car_repair"},
    {"beauty_salon", "beauty"},
    {"bookstore", "books"},
    {"bus_stop", "bus_stop"},
    {"campground", "camp_site"},
    {"car_dealer", "car"},
    {"clothing_store", "clothes"},
    {"coffee_shop", "cafe"},
    {"convenience_store", "convenience"},
    {"doctor", "doctors"},
    {"drugstore", "chemist"},
    {"elementary_school", "school"},
    {"fast_food_restaurant", "fast_food"},
    {"flowers_and_gifts_shop", "florist"},
    {"furniture_store", "furniture"},
    {"gas_station", "fuel"},
    {"grocery_store", "supermarket"},
    {"gym", "fitness_centre"},
    {"hair_salon", "hairdresser"},
    {"hardware_store", "hardware"},
    {"high_school", "school"},
    {"hindu_temple", "place_of_worship"},
    {"jewelry_store", "jewelry"},
    {"landmark_and_historical_building", "attraction"},
    {"movie_theater", "cinema"},
    {"police_department", "police"},
    {"religious_organization", "place_of_worship"},
    {"shoe_store", "shoes"},
    {"shopping_center", "mall"},
    {"stadium_arena", "stadium"},
    {"topic_concert_venue", "nightclub"},
    {"train_station", "station"},
};

void add_type(std::vector<std::string>& types, std::string_view type) {
  if (std::ranges::find(types, type) == types.end()) types.emplace_back(type);
}

/// Google's types of a category; empty if there are none.
std::vector<std::string> known_types(std::string_view category) {
  const auto same = std::ranges::find(categories, category, &std::pair<std::string_view, std::string_view>::first);
  auto known = types_of_osm_value(same == std::end(categories) ? category : same->second);
  // A "pizza_restaurant" is a restaurant whatever else it is.
  if (known.empty() && category.ends_with("_restaurant")) known = types_of_osm_value("restaurant");
  std::erase_if(known, [](const std::string& type) { return type == "point_of_interest" || type == "establishment"; });
  return known;
}

std::vector<std::string> types_of(const json::object& properties) {
  std::vector<std::string> types;
  // "taxonomy" and "basic_category" came in 2025 and are to replace "categories".
  const auto* named = object_at(properties, "categories");
  if (named == nullptr) named = object_at(properties, "taxonomy");
  const auto primary = named == nullptr ? text_at(properties, "basic_category") : text_at(*named, "primary");
  types = known_types(primary);
  if (types.empty() && !primary.empty()) types.emplace_back(primary);  // as Overture has it
  // A place file has room for 65,536 lists of types. So that a country does not need more, alternates add little, and
  // the same in whatever order they are.
  constexpr std::size_t alternates_max = 2;
  std::size_t alternates = 0;
  std::set<std::string> more;
  for (const auto* key : {"alternate", "alternates"}) {
    const auto* others = named == nullptr ? nullptr : named->if_contains(key);
    if (others == nullptr || !others->is_array()) continue;
    for (const auto& other : others->get_array()) {
      if (!other.is_string() || alternates == alternates_max) continue;
      ++alternates;
      for (auto& type : known_types(std::string_view(other.get_string()))) more.insert(std::move(type));
    }
  }
  for (const auto& type : more) add_type(types, type);
  add_type(types, "point_of_interest");
  add_type(types, "establishment");
  return types;
}

/// Calls `on_name` with the language and the name of each of names.common, which is an object or a list of pairs.
template <class OnName>
void each_common_name(const json::object& names, const OnName& on_name) {
  const auto* common = names.if_contains("common");
  if (common == nullptr) return;
  if (const auto* object = common->if_object()) {
    for (const auto& [language, name] : *object) {
      if (name.is_string()) on_name(std::string_view(language), std::string_view(name.get_string()));
    }
  } else if (const auto* pairs = common->if_array()) {
    for (const auto& item : *pairs) {
      const auto* pair = item.if_array();
      if (pair == nullptr || pair->size() != 2 || !(*pair)[0].is_string() || !(*pair)[1].is_string()) continue;
      on_name(std::string_view((*pair)[0].get_string()), std::string_view((*pair)[1].get_string()));
    }
  }
}

std::string other_names(const json::object& properties, const json::object& names, std::string_view shown) {
  std::vector<std::string> all{std::string(shown)};
  std::string out;
  const auto add = [&](std::string_view name) {
    if (std::ranges::find(all, name) != all.end()) return;
    append_item(out, ";", all.emplace_back(name));
  };
  add(text_at(names, "primary"));
  each_common_name(names, [&](std::string_view, std::string_view name) { add(name); });
  if (const auto* brand = object_at(properties, "brand")) {
    if (const auto* brand_names = object_at(*brand, "names")) add(text_at(*brand_names, "primary"));
  }
  constexpr std::size_t bytes_max = 4096;  // some have their name in a hundred languages
  if (out.size() > bytes_max) {
    const auto end = out.rfind(';', bytes_max);
    out.resize(end == std::string::npos ? 0 : end);
  }
  return out;
}

bool is_from_osm(const json::object& properties) {
  const auto* sources = properties.if_contains("sources");
  if (sources == nullptr || !sources->is_array()) return false;
  return std::ranges::any_of(sources->get_array(), [](const json::value& source) {
    return source.is_object() && text_at(source.get_object(), "dataset") == "OpenStreetMap";
  });
}

std::string address(const json::object& properties) {
  std::string out;
  const auto* addresses = properties.if_contains("addresses");
  if (addresses == nullptr || !addresses->is_array() || addresses->get_array().empty()) return out;
  if (const auto* first = addresses->get_array()[0].if_object()) {
    append_item(out, ", ", text_at(*first, "freeform"));
    append_item(out, ", ", text_at(*first, "locality"));
  }
  return out;
}

places::BusinessStatus status(std::string_view operating_status) {
  if (operating_status == "open") return places::BusinessStatus::operational;
  if (operating_status == "temporarily_closed") return places::BusinessStatus::closed_temporarily;
  if (operating_status == "permanently_closed") return places::BusinessStatus::closed_permanently;
  return places::BusinessStatus::unknown;
}

}  // namespace

bool is_overture_feature(const json::object& properties) {
  return object_at(properties, "names") != nullptr;
}

Result<GeojsonPlace> overture_place(const json::object& feature, const json::object& properties,
                                    const json::value& geometry, const GeojsonOptions& options) {
  const auto& names = *object_at(properties, "names");
  const auto primary = text_at(names, "primary");
  if (primary.empty()) return GeojsonPlace::none(LeftOut::unnamed);
  const auto location = location_of(geometry);
  if (!location) return location.error();

  GeojsonPlace out;
  out.place.name = primary;
  each_common_name(names, [&](std::string_view language, std::string_view name) {
    if (language == options.language && !name.empty()) out.place.name = name;
  });
  out.place.other_names = other_names(properties, names, out.place.name);
  out.place.location = *location;
  auto id = text_at(feature, "id");
  if (id.empty()) id = text_at(properties, "id");
  out.place.place_id = (options.id_prefix.empty() ? "overture" : options.id_prefix) + ":" +
                       (id.empty() ? derived_id(primary, *location) : std::string(id));
  out.place.types = types_of(properties);
  out.place.vicinity = address(properties);
  out.place.attribution = is_from_osm(properties) ? credit_with_osm : credit;
  out.place.status = status(text_at(properties, "operating_status"));
  out.version = number_at(properties, "version");
  out.key = "overture";
  return out;
}

}  // namespace herd::geojson
