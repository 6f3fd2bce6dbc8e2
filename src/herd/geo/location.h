#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace herd::geo {

/// A point on the Earth (WGS 84) in units of 1e-7 degree, about 1 cm: exact to compare, hash and store.
struct Location {
  std::int32_t latitude_e7 = 0;   ///< -900'000'000 to 900'000'000
  std::int32_t longitude_e7 = 0;  ///< -1'800'000'000 to 1'800'000'000

  double latitude() const { return latitude_e7 * 1e-7; }
  double longitude() const { return longitude_e7 * 1e-7; }

  friend bool operator==(const Location&, const Location&) = default;
};

/// Parses ISO 6709 decimal degrees, latitude then longitude, each with its sign and digits and perhaps a fraction:
/// "+34.068930-118.445127". Digits beyond the seventh of a fraction count for the range only.
/// None if the text is anything else or leads off the Earth (|latitude| > 90, |longitude| > 180).
std::optional<Location> parse_iso6709(std::string_view text);

/// Parses "47.1410,9.5209" as people write it: latitude, comma, longitude, signs optional.
std::optional<Location> parse_latitude_longitude(std::string_view text);

/// Great-circle distance in metres on a sphere of radius 6,371,008.8 m (the mean radius of IUGG), within 0.6 % of
/// the ellipsoid's.
double distance_m(Location a, Location b);

}  // namespace herd::geo
