#include "herd/app/places_table.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <vector>

#include "herd/app/table.h"
#include "herd/base/utf8.h"

namespace herd::app {
namespace {

/// `text` for one line of a terminal: a name must not play with it.
std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto character = take_character(text);
    const bool control = character < 0x20 || (character >= 0x7f && character < 0xa0);
    append_character(out, control ? replacement_character : character);
  }
  return out;
}

std::string distance_text(double metres) {
  const auto tenths_km = std::llround(metres / 100);
  if (metres < 999.5) return std::to_string(std::llround(metres)) + " m";
  return std::to_string(tenths_km / 10) + "." + std::to_string(tenths_km % 10) + " km";
}

std::string types_text(std::span<const std::string_view> types) {
  std::string text;
  for (const auto type : types) {
    if (!text.empty() && (type == "point_of_interest" || type == "establishment")) continue;
    if (!text.empty()) text += ", ";
    text += type;
  }
  return text;
}

}  // namespace

std::string places_table(std::span<const places::FoundPlace> found, bool coloured) {
  if (found.empty()) return "Nothing found; a greater --radius may find more.\n";
  Table table({{"DISTANCE", Align::right}, {"NAME"}, {"TYPES"}, {"VICINITY"}});
  std::vector<std::string_view> attributions;
  for (const auto& [distance_m, place] : found) {
    table.add_row({{distance_text(distance_m)},
                   {printable(place.name)},
                   {printable(types_text(place.types))},
                   {printable(place.vicinity)}});
    if (!place.attribution.empty() && std::ranges::find(attributions, place.attribution) == attributions.end()) {
      attributions.push_back(place.attribution);
    }
  }
  auto out = table.text(coloured);
  if (!attributions.empty()) out += '\n';
  for (const auto attribution : attributions) out += attribution_text(attribution) + '\n';
  return out;
}

std::string attribution_text(std::string_view html) {
  std::string text;
  bool in_tag = false;
  for (const char c : html) {
    if (c == '<') in_tag = true;
    if (!in_tag) text += c;
    if (c == '>') in_tag = false;
  }
  return printable(text);
}

}  // namespace herd::app
