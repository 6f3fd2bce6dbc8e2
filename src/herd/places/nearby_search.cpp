#include "herd/places/nearby_search.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "herd/base/text.h"
#include "herd/places/open_location_code.h"
#include "herd/places/utf8.h"

namespace herd::places {
namespace {

/// Exactly, without trailing zeros: 34.06893
void append_degrees(std::string& out, std::int32_t degrees_e7) {
  constexpr std::int64_t unit = 10'000'000;
  const auto magnitude = std::abs(std::int64_t{degrees_e7});
  if (degrees_e7 < 0) out += '-';
  append_number(out, magnitude / unit);
  if (magnitude % unit == 0) return;
  const auto digits = std::to_string(unit + magnitude % unit);  // the leading 1 keeps the zeros behind it
  out += '.';
  out.append(digits, 1, digits.find_last_not_of('0'));
}

/// What stands between the elements of a list.
class Separator {
 public:
  explicit Separator(std::string_view text) : text_(text) {}

  void append_to(std::string& out) {
    if (!first_) out += text_;
    first_ = false;
  }

 private:
  std::string_view text_;
  bool first_ = true;
};

void append_result(std::string& out, const PlaceView& place) {
  out += R"({"geometry": {"location": {"lat": )";
  append_degrees(out, place.location.latitude_e7);
  out += R"(, "lng": )";
  append_degrees(out, place.location.longitude_e7);
  out += R"(}}, "name": )";
  append_json_string(out, place.name);
  out += R"(, "place_id": )";
  append_json_string(out, place.place_id);
  out += R"(, "plus_code": {"global_code": ")";
  append_open_location_code(out, place.location);
  out += R"("}, "reference": )";
  append_json_string(out, place.place_id);
  out += R"(, "types": [)";
  Separator comma(", ");
  for (const auto type : place.types) {
    comma.append_to(out);
    append_json_string(out, type);
  }
  out += ']';
  if (!place.vicinity.empty()) {
    out += R"(, "vicinity": )";
    append_json_string(out, place.vicinity);
  }
  out += '}';
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  static constexpr std::string_view hex = "0123456789abcdef";
  out += '"';
  while (!text.empty()) {
    const auto character = take_character(text);
    if (character == '"' || character == '\\') {
      out += '\\';
      out += static_cast<char>(character);
    } else if (character == '\n') {
      out += "\\n";
    } else if (character < 0x20 || character == 0x7f) {
      out += "\\u00";
      out += hex[character >> 4U];
      out += hex[character & 15U];
    } else {
      append_character(out, character);
    }
  }
  out += '"';
}

std::string nearby_search_json(std::span<const PlaceView> results) {
  std::vector<std::string_view> attributions;
  for (const auto& place : results) {
    if (!place.attribution.empty() && std::ranges::find(attributions, place.attribution) == attributions.end()) {
      attributions.push_back(place.attribution);
    }
  }

  std::string out = "{\n   \"html_attributions\": [";
  Separator comma(", ");
  for (const auto attribution : attributions) {
    comma.append_to(out);
    append_json_string(out, attribution);
  }
  out += "],\n   \"results\": [";
  Separator comma_line(",");
  for (const auto& place : results) {
    comma_line.append_to(out);
    out += "\n      ";
    append_result(out, place);
  }
  out += results.empty() ? "],\n" : "\n   ],\n";
  out += results.empty() ? "   \"status\": \"ZERO_RESULTS\"\n}" : "   \"status\": \"OK\"\n}";
  return out;
}

}  // namespace herd::places
