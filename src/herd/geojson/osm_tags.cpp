#include "herd/geojson/osm_tags.h"

#include <algorithm>
#include <array>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <span>

namespace herd::geojson {
namespace {

/// A value of a key and Google's types for it, most specific first, blanks between them. With `also` it holds only for
/// objects that have this other tag, too, and then it goes before the value's plain row. Rows of a value stand
/// together.
struct Value {
  std::string_view value;  // "*": any that is not listed
  std::string_view types;
  std::string_view also_key;
  std::string_view also_value;

  constexpr Value(std::string_view of, std::string_view google, std::string_view key = {}, std::string_view also = {})
      : value(of), types(google), also_key(key), also_value(also) {}
};

struct Key {
  std::string_view key;
  std::string_view counted_as;
  bool any_value;  // otherwise only the values that are listed make a place
  std::span<const Value> values;
};

// The table: what OpenStreetMap's tags are in Google's legacy types. What has no row of its own is claimed to be no
// more than its key's "*" says. Businesses and points of interest get point_of_interest and establishment at the end.

constexpr std::array amenity = std::to_array<Value>({
    // Eating, drinking, going out
    {"restaurant", "restaurant food"},
    {"cafe", "cafe food"},
    {"fast_food", "meal_takeaway food"},
    {"food_court", "food"},
    {"ice_cream", "food store"},
    {"bar", "bar"},
    {"pub", "bar"},
    {"biergarten", "bar food"},
    {"nightclub", "night_club"},
    {"stripclub", "night_club"},
    {"casino", "casino"},
    {"gambling", "casino"},
    {"cinema", "movie_theater"},
    {"planetarium", "tourist_attraction"},
    // Money
    {"bank", "bank finance"},
    {"atm", "atm finance"},
    {"bureau_de_change", "finance"},
    {"money_transfer", "finance"},
    {"payment_centre", "finance"},
    // Health
    {"pharmacy", "pharmacy store health"},
    {"hospital", "hospital health"},
    {"clinic", "doctor health"},
    {"doctors", "doctor health"},
    {"dentist", "dentist health"},
    {"nursing_home", "health"},
    {"veterinary", "veterinary_care"},
    // Learning
    {"school", "primary_school school", "isced:level", "1"},
    {"school", "primary_school school", "school", "primary"},
    {"school", "secondary_school school", "isced:level", "2"},
    {"school", "secondary_school school", "isced:level", "3"},
    {"school", "secondary_school school", "isced:level", "2;3"},
    {"school", "secondary_school school", "school", "secondary"},
    {"school", "school"},
    {"kindergarten", "school"},
    {"college", "school"},
    {"language_school", "school"},
    {"music_school", "school"},
    {"driving_school", "school"},
    {"prep_school", "school"},
    {"university", "university"},
    {"library", "library"},
    // The public's
    {"post_office", "post_office finance"},
    {"post_box", "post_box"},
    {"police", "police"},
    {"fire_station", "fire_station"},
    {"townhall", "city_hall local_government_office"},
    {"courthouse", "courthouse"},
    {"embassy", "embassy"},
    {"public_building", "local_government_office"},
    {"register_office", "local_government_office"},
    {"marketplace", "food store"},
    {"place_of_worship", "church place_of_worship", "religion", "christian"},
    {"place_of_worship", "mosque place_of_worship", "religion", "muslim"},
    {"place_of_worship", "synagogue place_of_worship", "religion", "jewish"},
    {"place_of_worship", "hindu_temple place_of_worship", "religion", "hindu"},
    {"place_of_worship", "place_of_worship"},
    {"monastery", "place_of_worship"},
    {"grave_yard", "cemetery"},
    {"crematorium", "funeral_home"},
    {"funeral_hall", "funeral_home"},
    {"funeral_parlour", "funeral_home"},
    // Getting about
    {"parking", "parking"},
    {"parking_space", "parking"},
    {"fuel", "gas_station"},
    {"car_wash", "car_wash"},
    {"car_rental", "car_rental"},
    {"vehicle_inspection", "car_repair"},
    {"taxi", "taxi_stand"},
    {"bus_station", "bus_station transit_station"},
    {"ferry_terminal", "transit_station"},
    // Others
    {"gym", "gym health"},
    {"dojo", "gym"},
    {"spa", "spa"},
    {"public_bath", "spa"},
    {"internet_cafe", "cafe"},
    {"storage", "storage"},
    {"animal_boarding", "pet_store"},
    {"*", ""},
});

constexpr std::array shop = std::to_array<Value>({
    // Food and drink
    {"supermarket", "supermarket grocery_or_supermarket food store"},
    {"grocery", "grocery_or_supermarket food store"},
    {"greengrocer", "grocery_or_supermarket food store"},
    {"health_food", "grocery_or_supermarket food store"},
    {"farm", "grocery_or_supermarket food store"},
    {"convenience", "convenience_store food store"},
    {"kiosk", "convenience_store store"},
    {"newsagent", "convenience_store store"},
    {"general", "convenience_store store"},
    {"bakery", "bakery food store"},
    {"pastry", "bakery food store"},
    {"alcohol", "liquor_store store"},
    {"wine", "liquor_store store"},
    {"beverages", "liquor_store food store"},
    {"butcher", "food store"},
    {"cheese", "food store"},
    {"chocolate", "food store"},
    {"coffee", "food store"},
    {"confectionery", "food store"},
    {"dairy", "food store"},
    {"deli", "food store"},
    {"frozen_food", "food store"},
    {"ice_cream", "food store"},
    {"pasta", "food store"},
    {"seafood", "food store"},
    {"spices", "food store"},
    {"tea", "food store"},
    // Everything under a roof
    {"mall", "shopping_mall"},
    {"department_store", "department_store store"},
    // To wear
    {"clothes", "clothing_store store"},
    {"boutique", "clothing_store store"},
    {"fashion", "clothing_store store"},
    {"tailor", "clothing_store store"},
    {"shoes", "shoe_store store"},
    {"jewelry", "jewelry_store store"},
    {"watches", "jewelry_store store"},
    // Body and health
    {"hairdresser", "hair_care beauty_salon"},
    {"barber", "hair_care"},
    {"beauty", "beauty_salon"},
    {"nails", "beauty_salon"},
    {"tattoo", "beauty_salon"},
    {"massage", "spa health"},
    {"chemist", "drugstore store"},
    {"medical_supply", "health store"},
    {"hearing_aids", "health store"},
    {"optician", "health store"},
    // House and garden
    {"furniture", "furniture_store home_goods_store store"},
    {"bed", "furniture_store home_goods_store store"},
    {"kitchen", "furniture_store home_goods_store store"},
    {"houseware", "home_goods_store store"},
    {"interior_decoration", "home_goods_store store"},
    {"carpet", "home_goods_store store"},
    {"curtain", "home_goods_store store"},
    {"lighting", "home_goods_store store"},
    {"bathroom_furnishing", "home_goods_store store"},
    {"flooring", "home_goods_store store"},
    {"antiques", "home_goods_store store"},
    {"doityourself", "hardware_store home_goods_store store"},
    {"hardware", "hardware_store store"},
    {"paint", "hardware_store home_goods_store store"},
    {"tiles", "hardware_store home_goods_store store"},
    {"trade", "hardware_store store"},
    {"florist", "florist store"},
    {"garden_centre", "florist store"},
    {"locksmith", "locksmith"},
    {"storage_rental", "storage"},
    // Things that run
    {"electronics", "electronics_store home_goods_store store"},
    {"appliance", "electronics_store home_goods_store store"},
    {"computer", "electronics_store store"},
    {"hifi", "electronics_store store"},
    {"mobile_phone", "electronics_store store"},
    {"camera", "electronics_store store"},
    {"video_games", "electronics_store store"},
    {"bicycle", "bicycle_store store"},
    {"car", "car_dealer store"},
    {"motorcycle", "car_dealer store"},
    {"car_repair", "car_repair"},
    {"motorcycle_repair", "car_repair"},
    {"tyres", "car_repair store"},
    {"car_parts", "car_repair store"},
    // Books, animals, services
    {"books", "book_store store"},
    {"comics", "book_store store"},
    {"video", "movie_rental store"},
    {"pet", "pet_store store"},
    {"pet_grooming", "pet_store"},
    {"laundry", "laundry"},
    {"dry_cleaning", "laundry"},
    {"travel_agency", "travel_agency"},
    {"funeral_directors", "funeral_home"},
    {"estate_agent", "real_estate_agency"},
    {"money_lender", "finance"},
    {"pawnbroker", "finance store"},
    {"art", "art_gallery store"},
    {"vacant", ""},
    {"*", "store"},
});

constexpr std::array tourism = std::to_array<Value>({
    {"hotel", "lodging"},
    {"motel", "lodging"},
    {"hostel", "lodging"},
    {"guest_house", "lodging"},
    {"chalet", "lodging"},
    {"apartment", "lodging"},
    {"alpine_hut", "lodging"},
    {"wilderness_hut", "lodging"},
    {"camp_site", "campground lodging"},
    {"camp_pitch", "campground"},
    {"caravan_site", "rv_park campground lodging"},
    {"museum", "museum tourist_attraction"},
    {"gallery", "art_gallery"},
    {"zoo", "zoo tourist_attraction"},
    {"aquarium", "aquarium tourist_attraction"},
    {"theme_park", "amusement_park tourist_attraction"},
    {"attraction", "tourist_attraction"},
    {"viewpoint", "tourist_attraction"},
    {"artwork", "tourist_attraction"},
    {"information", "travel_agency", "information", "office"},
    {"*", ""},
});

constexpr std::array leisure = std::to_array<Value>({
    {"park", "park"},
    {"garden", "park"},
    {"dog_park", "park"},
    {"nature_reserve", "park"},
    {"playground", "park"},
    {"stadium", "stadium"},
    {"fitness_centre", "gym health"},
    {"sports_centre", "gym"},
    {"bowling_alley", "bowling_alley"},
    {"sports_centre", "bowling_alley", "sport", "10pin"},
    {"sports_centre", "bowling_alley", "sport", "9pin"},
    {"water_park", "amusement_park"},
    {"amusement_arcade", "amusement_park"},
    {"adult_gaming_centre", "casino"},
    {"dance", "night_club"},
    {"spa", "spa"},
    {"sauna", "spa"},
    {"tanning_salon", "beauty_salon"},
    {"*", ""},
});

constexpr std::array healthcare = std::to_array<Value>({
    {"pharmacy", "pharmacy store health"},
    {"hospital", "hospital health"},
    {"doctor", "doctor health"},
    {"clinic", "doctor health"},
    {"centre", "doctor health"},
    {"dentist", "dentist health"},
    {"physiotherapist", "physiotherapist health"},
    {"*", "health"},
});

constexpr std::array office = std::to_array<Value>({
    {"insurance", "insurance_agency"},
    {"lawyer", "lawyer"},
    {"notary", "lawyer"},
    {"accountant", "accounting finance"},
    {"tax_advisor", "accounting finance"},
    {"financial", "finance"},
    {"financial_advisor", "finance"},
    {"bank", "finance"},
    {"estate_agent", "real_estate_agency"},
    {"property_management", "real_estate_agency"},
    {"government", "local_government_office"},
    {"administrative", "local_government_office"},
    {"diplomatic", "embassy"},
    {"travel_agent", "travel_agency"},
    {"moving_company", "moving_company"},
    {"construction_company", "general_contractor"},
    {"university", "university"},
    {"educational_institution", "school"},
    {"physician", "doctor health"},
    {"therapist", "health"},
    {"*", ""},
});

constexpr std::array craft = std::to_array<Value>({
    {"electrician", "electrician"},
    {"plumber", "plumber"},
    {"hvac", "plumber general_contractor"},
    {"painter", "painter"},
    {"roofer", "roofing_contractor general_contractor"},
    {"builder", "general_contractor"},
    {"carpenter", "general_contractor"},
    {"tiler", "general_contractor"},
    {"plasterer", "general_contractor"},
    {"locksmith", "locksmith"},
    {"key_cutter", "locksmith"},
    {"caterer", "meal_delivery food"},
    {"bakery", "bakery food store"},
    {"confectionery", "food store"},
    {"jeweller", "jewelry_store store"},
    {"watchmaker", "jewelry_store store"},
    {"shoemaker", "shoe_store"},
    {"tailor", "clothing_store"},
    {"optician", "health store"},
    {"*", ""},
});

constexpr std::array historic = std::to_array<Value>({
    {"castle", "tourist_attraction"},
    {"fort", "tourist_attraction"},
    {"citywalls", "tourist_attraction"},
    {"city_gate", "tourist_attraction"},
    {"monument", "tourist_attraction"},
    {"memorial", "tourist_attraction"},
    {"archaeological_site", "tourist_attraction"},
    {"ruins", "tourist_attraction"},
    {"ship", "tourist_attraction"},
    {"church", "place_of_worship"},
    {"*", ""},
});

constexpr std::array aeroway = std::to_array<Value>({
    {"aerodrome", "airport"},
    {"terminal", "airport"},
    {"*", ""},
});

constexpr std::array railway = std::to_array<Value>({
    {"station", "subway_station transit_station", "station", "subway"},
    {"station", "light_rail_station transit_station", "station", "light_rail"},
    {"station", "train_station transit_station"},
    {"halt", "train_station transit_station"},
    {"tram_stop", "light_rail_station transit_station"},
});

constexpr std::array public_transport = std::to_array<Value>({
    {"station", "bus_station transit_station", "bus", "yes"},
    {"station", "transit_station"},
    {"platform", "bus_station transit_station", "bus", "yes"},
    {"platform", "light_rail_station transit_station", "tram", "yes"},
    {"platform", "transit_station"},
});

constexpr std::array highway = std::to_array<Value>({
    {"bus_stop", "bus_station transit_station"},
});

constexpr std::array place = std::to_array<Value>({
    {"continent", "continent"},
    {"country", "country political"},
    {"state", "administrative_area_level_1 political"},
    {"province", "administrative_area_level_1 political"},
    {"region", "administrative_area_level_1 political"},
    {"county", "administrative_area_level_2 political"},
    {"district", "administrative_area_level_2 political"},
    {"municipality", "administrative_area_level_3 political"},
    {"city", "locality political"},
    {"town", "locality political"},
    {"village", "locality political"},
    {"hamlet", "locality political"},
    {"isolated_dwelling", "locality political"},
    {"borough", "sublocality_level_1 sublocality political"},
    {"suburb", "sublocality_level_1 sublocality political"},
    {"quarter", "sublocality_level_2 sublocality political"},
    {"neighbourhood", "neighborhood political"},
    {"city_block", "premise"},
    {"plot", "premise"},
    {"house", "premise"},
    {"farm", "premise"},
    {"square", "town_square"},
    {"locality", "colloquial_area political"},
    {"archipelago", "archipelago natural_feature"},
    {"island", "natural_feature"},
    {"islet", "natural_feature"},
    {"ocean", "natural_feature"},
    {"sea", "natural_feature"},
    {"*", "colloquial_area"},
});

// Platforms and stations, but not stop positions and stop areas, which are the same stops again.
constexpr std::array keys = std::to_array<Key>({
    {"amenity", "amenity", true, amenity},
    {"shop", "shop", true, shop},
    {"tourism", "tourism", true, tourism},
    {"leisure", "leisure", true, leisure},
    {"healthcare", "healthcare", true, healthcare},
    {"office", "office", true, office},
    {"craft", "craft", true, craft},
    {"historic", "historic", true, historic},
    {"aeroway", "aeroway", true, aeroway},
    {"railway", "stops", false, railway},
    {"public_transport", "stops", false, public_transport},
    {"highway", "stops", false, highway},
    {"place", "place", true, place},
});
constexpr std::string_view key_of_settlements = "place";

std::string_view value_of(const boost::json::object& tags, std::string_view key) {
  const auto* value = tags.if_contains(key);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

/// The row for a value of `key`; null if that makes no place.
const Value* find_row(const Key& key, std::string_view value, const boost::json::object& tags) {
  const Value* plain = nullptr;
  for (const auto& row : key.values) {
    if (row.value != value && row.value != "*") continue;
    if (row.also_key.empty()) {
      if (plain == nullptr) plain = &row;
    } else if (value_of(tags, row.also_key) == row.also_value) {
      return &row;
    }
  }
  return plain;
}

/// Adds the types that are between the blanks of `words`, each once.
void add_types(std::vector<std::string>& types, std::string_view words) {
  while (!words.empty()) {
    const auto word = words.substr(0, words.find(' '));
    words.remove_prefix(std::min(word.size() + 1, words.size()));
    if (std::ranges::find(types, word) == types.end()) types.emplace_back(word);
  }
}

constexpr std::string_view of_establishments = "point_of_interest establishment";

}  // namespace

OsmKind osm_kind(const boost::json::object& tags) {
  OsmKind kind;
  bool found = false;
  for (const auto& key : keys) {
    const auto value = value_of(tags, key.key);
    const auto* row = value.empty() ? nullptr : find_row(key, value, tags);
    if (row == nullptr) continue;
    if (!found) kind.key = key.counted_as;
    found = true;
    add_types(kind.types, row->types);
    if (key.key != key_of_settlements) kind.is_establishment = true;
  }
  if (kind.is_establishment) add_types(kind.types, of_establishments);
  return kind;
}

std::vector<std::string> types_of_osm_value(std::string_view value) {
  std::vector<std::string> types;
  for (const auto& key : keys) {
    if (key.key == key_of_settlements) continue;
    const auto row = std::ranges::find(key.values, value, &Value::value);
    if (value == "*" || row == key.values.end()) continue;
    add_types(types, row->types);
    add_types(types, of_establishments);
    break;
  }
  return types;
}

std::vector<std::string> osmium_filter() {
  // The keys that any value will do for stand in one expression: that is a quarter faster than one each.
  std::vector<std::string> filter(1);
  for (const auto& [key, counted_as, any_value, values] : keys) {
    if (any_value) {
      filter[0] += (filter[0].empty() ? "nwr/" : ",") + std::string(key);
      continue;
    }
    std::string expression;
    std::string_view last;
    for (const auto& row : values) {
      if (std::exchange(last, row.value) == row.value) continue;
      expression += (expression.empty() ? "nwr/" + std::string(key) + "=" : ",") + std::string(row.value);
    }
    filter.push_back(expression);
  }
  return filter;
}

}  // namespace herd::geojson
