#include "herd/geo/location.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "herd/base/text.h"

namespace herd::geo {
namespace {

constexpr int fraction_digits = 7;

/// Takes degrees without their sign off the front of `text`, in units of 1e-7; none if it holds none or if they
/// are more than `degrees_max`, be it only by their last digit.
std::optional<std::int32_t> take_degrees(std::string_view& text, std::int64_t degrees_max) {
  const auto whole = take_digits(text);
  if (whole.empty()) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : whole) {
    value = value * 10 + (c - '0');
    if (value > degrees_max) return std::nullopt;
  }

  std::string_view fraction;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = take_digits(text);
    if (fraction.empty()) return std::nullopt;
  }
  if (value == degrees_max && fraction.find_first_not_of('0') != std::string_view::npos) return std::nullopt;

  for (std::size_t i = 0; i < fraction_digits; ++i) {
    value = value * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  }
  return static_cast<std::int32_t>(value);
}

/// +1 or -1 for the sign taken off the front of `text`; 0 if there is none.
std::int32_t take_sign(std::string_view& text) {
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return 0;
  const auto sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  return sign;
}

}  // namespace

std::optional<Location> parse_iso6709(std::string_view text) {
  const auto latitude_sign = take_sign(text);
  if (latitude_sign == 0) return std::nullopt;
  const auto latitude = take_degrees(text, 90);
  const auto longitude_sign = take_sign(text);
  if (!latitude || longitude_sign == 0) return std::nullopt;
  const auto longitude = take_degrees(text, 180);
  if (!longitude || !text.empty()) return std::nullopt;
  return Location{latitude_sign * *latitude, longitude_sign * *longitude};
}

std::optional<Location> parse_latitude_longitude(std::string_view text) {
  const auto latitude_sign = take_sign(text) < 0 ? -1 : 1;
  const auto latitude = take_degrees(text, 90);
  if (!latitude || !text.starts_with(',')) return std::nullopt;
  text.remove_prefix(1);
  while (text.starts_with(' ')) text.remove_prefix(1);
  const auto longitude_sign = take_sign(text) < 0 ? -1 : 1;
  const auto longitude = take_degrees(text, 180);
  if (!longitude || !text.empty()) return std::nullopt;
  return Location{latitude_sign * *latitude, longitude_sign * *longitude};
}

double distance_m(Location a, Location b) {
  constexpr double radius_m = 6'371'008.8;
  constexpr double radians_per_degree = std::numbers::pi / 180;
  const double latitude_a = a.latitude() * radians_per_degree;
  const double latitude_b = b.latitude() * radians_per_degree;
  const double half_dlat = (latitude_b - latitude_a) / 2;
  const double half_dlon = (b.longitude() - a.longitude()) * radians_per_degree / 2;
  const double h = std::sin(half_dlat) * std::sin(half_dlat) +
                   std::cos(latitude_a) * std::cos(latitude_b) * std::sin(half_dlon) * std::sin(half_dlon);
  return 2 * radius_m * std::asin(std::min(1.0, std::sqrt(h)));
}

}  // namespace herd::geo
