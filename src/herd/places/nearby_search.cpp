#include "herd/places/nearby_search.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "herd/base/json_text.h"
#include "herd/base/text.h"
#include "herd/base/utf8.h"
#include "herd/places/open_location_code.h"
#include "herd/places/opening_hours.h"

namespace herd::places {
namespace {

/// Results of few places with opening hours have more.
constexpr std::size_t result_bytes_mostly = 512;

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

std::string_view name_of(BusinessStatus status) {
  switch (status) {
    case BusinessStatus::unknown:
      break;
    case BusinessStatus::operational:
      return "OPERATIONAL";
    case BusinessStatus::closed_temporarily:
      return "CLOSED_TEMPORARILY";
    case BusinessStatus::closed_permanently:
      return "CLOSED_PERMANENTLY";
  }
  return {};
}

/// {"day": 1, "time": "0830"}
void append_time_of_week(std::string& out, std::size_t day, std::uint16_t minutes) {
  const unsigned later = minutes / OpeningHours::day_minutes;
  const unsigned time = minutes % OpeningHours::day_minutes;
  out += R"({"day": )";
  append_number(out, (day + later) % 7);
  out += R"(, "time": ")";
  for (const auto number : {time / 60, time % 60}) {
    out += static_cast<char>('0' + number / 10);
    out += static_cast<char>('0' + number % 10);
  }
  out += "\"}";
}

void append_opening_hours(std::string& out, const OpeningHours& hours) {
  if (hours.is_always()) {
    out += R"("opening_hours": {"open_now": true, "periods": [{"open": {"day": 0, "time": "0000"}}]}, )";
    return;
  }
  out += R"("opening_hours": {"periods": [)";
  Separator comma(", ");
  for (std::size_t day = 0; day < hours.days.size(); ++day) {
    for (const auto& span : hours.days[day]) {
      comma.append_to(out);
      out += R"({"close": )";
      append_time_of_week(out, day, span.closes);
      out += R"(, "open": )";
      append_time_of_week(out, day, span.opens);
      out += '}';
    }
  }
  out += "]}, ";
}

void append_result(std::string& out, const PlaceView& place) {
  out += '{';
  if (const auto status = name_of(place.status); !status.empty()) {
    out += R"("business_status": ")";
    out += status;
    out += R"(", )";
  }
  out += R"("geometry": {"location": {"lat": )";
  geo::append_degrees(out, place.location.latitude_e7);
  out += R"(, "lng": )";
  geo::append_degrees(out, place.location.longitude_e7);
  out += R"(}}, "name": )";
  append_json_string(out, place.name);
  out += ", ";
  if (!place.opening_hours.empty()) {
    if (const auto hours = parse_opening_hours(place.opening_hours)) append_opening_hours(out, *hours);
  }
  out += R"("place_id": )";
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

std::string nearby_search_json(std::span<const PlaceView> results, std::string_view info_message) {
  std::vector<std::string_view> attributions;
  for (const auto& place : results) {
    if (!place.attribution.empty() && std::ranges::find(attributions, place.attribution) == attributions.end()) {
      attributions.push_back(place.attribution);
    }
  }

  std::string out;
  out.reserve((results.size() + 1) * result_bytes_mostly);
  out = "{\n   \"html_attributions\": [";
  Separator comma(", ");
  for (const auto attribution : attributions) {
    comma.append_to(out);
    append_json_string(out, attribution);
  }
  out += "],\n";
  if (!info_message.empty()) {
    out += "   \"info_messages\": [";
    append_json_string(out, info_message);
    out += "],\n";
  }
  out += "   \"results\": [";
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
