#pragma once

#include <cstdint>
#include <optional>
#include <string>
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

/// How a location was written, as far as it can be written again from its numbers: whether each coordinate has a minus
/// ("-0" is not "+0"), how many digits before the dot, leading zeros included, and how many after it.
///
/// Six bits for the latitude and, above them, six for the longitude: a minus (1), digits before the dot (2 bits, 1 to
/// 3), digits after it (3 bits, 0 to 7; 0 means that there is no dot).
struct LocationStyle {
  static constexpr unsigned width = 12;
  /// 0: verbatim, the numbers are not enough (more than three digits before a dot, or more than seven after it).
  std::uint16_t bits = 0;

  bool is_verbatim() const { return bits == 0; }

  friend bool operator==(const LocationStyle&, const LocationStyle&) = default;
};

/// A location and how it was written. Different texts give different values, unless the style is verbatim.
struct WrittenLocation {
  Location location;
  LocationStyle style;

  friend bool operator==(const WrittenLocation&, const WrittenLocation&) = default;
};

/// parse_iso6709, and how it was written.
std::optional<WrittenLocation> parse_written_iso6709(std::string_view text);

/// Takes such a text off the front of `text`, which may go on with anything but what would belong to its last number.
/// If there is none, `text` is left anywhere.
std::optional<WrittenLocation> take_written_iso6709(std::string_view& text);

/// Whether parse_written_iso6709 could have given this from some text, with a style that is not verbatim.
bool is_canonical(const WrittenLocation& written);

/// Appends the very text that parse_written_iso6709 took `written` from, which must be canonical.
void append_iso6709(std::string& out, const WrittenLocation& written);

/// Parses "47.1410,9.5209" as people write it: latitude, comma, longitude, signs optional.
std::optional<Location> parse_latitude_longitude(std::string_view text);

/// Appends a latitude or longitude as a decimal number, exactly and without trailing zeros: -118.445127
void append_degrees(std::string& out, std::int32_t degrees_e7);

/// The mean radius of IUGG.
inline constexpr double earth_radius_m = 6'371'008.8;

/// Great-circle distance in metres on a sphere of `earth_radius_m`, within 0.6 % of the ellipsoid's.
double distance_m(Location a, Location b);

}  // namespace herd::geo
