#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <string_view>
#include <tuple>
#include <utility>

#include "herd/app/places_import.h"
#include "herd/app/progress_text.h"
#include "herd/geojson/json_fields.h"

namespace herd::app {
namespace {

using geojson::append_item;

std::string places_in_words(std::uint64_t number) {
  return grouped(number) + (number == 1 ? " place" : " places");
}

/// What was left out, with why.
std::array<std::pair<std::string_view, std::uint64_t>, 4> left_out(const geojson::GeojsonCounts& counts) {
  return {{{"without a name", counts.unnamed},
           {"of other kinds", counts.no_place},
           {"without a location", counts.no_geometry},
           {"too large", counts.too_large}}};
}

}  // namespace

std::string summary_text(const ImportSummary& summary) {
  std::string out;
  for (const auto& [name, counts] : summary.files) {
    std::vector<std::pair<std::string, std::uint64_t>> keys(counts.places.begin(), counts.places.end());
    std::ranges::sort(
        keys, [](const auto& a, const auto& b) { return std::tie(b.second, a.first) < std::tie(a.second, b.first); });
    std::string by_key;
    for (const auto& [key, number] : keys) append_item(by_key, ", ", key + " " + grouped(number));
    std::string rest;
    for (const auto& [why, number] : left_out(counts)) {
      if (number > 0) append_item(rest, ", ", grouped(number) + " " + std::string(why));
    }
    out += name + ": " + places_in_words(counts.all_places());
    if (!by_key.empty()) out += " (" + by_key + ")";
    if (!rest.empty()) out += "; left out: " + rest;
    out += '\n';
  }
  out += summary.out + ": " + places_in_words(summary.places);
  if (summary.duplicates > 0) out += " (" + grouped(summary.duplicates) + " came more than once)";
  return out + "\n";
}

std::string summary_json(const ImportSummary& summary) {
  namespace json = boost::json;
  json::array files;
  for (const auto& [name, counts] : summary.files) {
    json::object by_key;
    for (const auto& [key, number] : counts.places) by_key[key] = number;
    files.push_back(json::object{{"file", name},
                                 {"places", counts.all_places()},
                                 {"by_key", std::move(by_key)},
                                 {"left_out",
                                  {{"unnamed", counts.unnamed},
                                   {"no_place", counts.no_place},
                                   {"no_geometry", counts.no_geometry},
                                   {"too_large", counts.too_large}}}});
  }
  return json::serialize(json::object{{"file", summary.out},
                                      {"places", summary.places},
                                      {"duplicates", summary.duplicates},
                                      {"sources", std::move(files)}}) +
         "\n";
}

}  // namespace herd::app
