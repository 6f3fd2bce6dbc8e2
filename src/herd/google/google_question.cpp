#include "herd/google/google_question.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "herd/base/text.h"

namespace herd::google {

namespace {

void append_percent_encoded(std::string& out, std::string_view text) {
  static constexpr std::string_view hex = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_plain({&c, 1}, "-._~")) {
      out += c;
    } else {
      out += '%';
      out += hex[byte >> 4U];
      out += hex[byte & 15U];
    }
  }
}

}  // namespace

std::string google_question(const places::NearbyQuery& query) {
  std::string target = "/maps/api/place/nearbysearch/json?location=";
  geo::append_degrees(target, query.center.latitude_e7);
  target += ',';
  geo::append_degrees(target, query.center.longitude_e7);
  target += "&radius=";
  const auto radius_m = std::clamp(std::ceil(query.radius_m), 1.0, double{google_radius_m_max});
  append_number(target, static_cast<std::uint64_t>(radius_m));
  if (!query.type.empty()) {
    target += "&type=";
    append_percent_encoded(target, query.type);
  }
  if (!query.keyword.empty()) {
    target += "&keyword=";
    append_percent_encoded(target, query.keyword);
  }
  return target;
}

std::string google_target(std::string_view question, const GoogleKey& key) {
  std::string target(question);
  target += "&key=";
  key.append_to_target(target);
  return target;
}

}  // namespace herd::google
