#include "herd/geo/location.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstdlib>
#include <numbers>

#include "herd/base/digits.h"
#include "herd/base/text.h"

namespace herd::geo {
namespace {

constexpr std::size_t fraction_digits_max = 7;
constexpr std::uint32_t unit = powers_of_ten[fraction_digits_max];
constexpr std::int32_t latitude_e7_max = 900'000'000;
constexpr std::int32_t longitude_e7_max = 1'800'000'000;

/// Degrees without their sign, and how many digits they were written with.
struct Degrees {
  std::int32_t e7 = 0;
  std::size_t whole_digits = 0;
  std::size_t fraction_digits = 0;
};

/// Takes degrees without their sign off the front of `text`; none if it holds none or if they are more than
/// `degrees_max`, be it only by their last digit.
[[gnu::always_inline]] inline std::optional<Degrees> take_degrees(std::string_view& text, std::uint64_t degrees_max) {
  std::uint64_t whole = 0;
  std::size_t whole_digits = 0;
  // One at a time: they are few, and mostly as many as in the line before.
  for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1), ++whole_digits) {
    whole = whole * 10 + static_cast<std::uint64_t>(text.front() - '0');
    if (whole > degrees_max) return std::nullopt;
  }
  if (whole_digits == 0) return std::nullopt;
  Number fraction;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    const auto written = text;
    fraction = take_fraction<fraction_digits_max>(text);
    if (fraction.digits == 0) return std::nullopt;
    if (whole == degrees_max && written.substr(0, fraction.digits).find_first_not_of('0') != written.npos) {
      return std::nullopt;
    }
  }
  return Degrees{static_cast<std::int32_t>(whole * unit + fraction.value), whole_digits, fraction.digits};
}

/// +1 or -1 for the sign taken off the front of `text`; 0 if there is none.
std::int32_t take_sign(std::string_view& text) {
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return 0;
  const auto sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  return sign;
}

/// One coordinate's half of a LocationStyle; digits before the dot are 0 if it is verbatim.
struct CoordinateStyle {
  static constexpr unsigned width = LocationStyle::width / 2;
  bool minus = false;
  unsigned whole_digits = 0;
  unsigned fraction_digits = 0;
};

unsigned pack(std::int32_t sign, const Degrees& degrees) {
  if (degrees.whole_digits > 3 || degrees.fraction_digits > fraction_digits_max) return 0;
  return (sign < 0 ? 1U : 0U) | static_cast<unsigned>(degrees.whole_digits) << 1U |
         static_cast<unsigned>(degrees.fraction_digits) << 3U;
}

CoordinateStyle unpack(unsigned bits) {
  return {(bits & 1U) != 0, bits >> 1U & 3U, bits >> 3U & 7U};
}

bool is_canonical(std::int64_t e7, std::int64_t e7_max, CoordinateStyle style) {
  const auto magnitude = e7 < 0 ? -e7 : e7;
  return style.whole_digits != 0 && magnitude <= e7_max && (e7 == 0 || style.minus == (e7 < 0)) &&
         magnitude / unit < powers_of_ten[style.whole_digits] &&
         magnitude % powers_of_ten[fraction_digits_max - style.fraction_digits] == 0;
}

/// Writes a coordinate, and gives its end; up to eight bytes behind it are overwritten.
char* write_coordinate(char* at, std::int32_t e7, CoordinateStyle style) {
  const auto magnitude = static_cast<std::uint32_t>(e7 < 0 ? -e7 : e7);
  *at++ = style.minus ? '-' : '+';
  const auto whole = eight_digits(magnitude / unit) >> 8 * (8 - style.whole_digits);
  at = store_bytes(at, whole) - (8 - style.whole_digits);
  if (style.fraction_digits == 0) return at;
  *at++ = '.';
  const auto fraction = eight_digits(magnitude % unit) >> 8;  // the first of eight digits is a zero
  return store_bytes(at, fraction) - (8 - style.fraction_digits);
}

}  // namespace

std::optional<WrittenLocation> take_written_iso6709(std::string_view& from) {
  std::string_view text(from.data(), from.size());
  const auto latitude_sign = take_sign(text);
  if (latitude_sign == 0) return std::nullopt;
  const auto latitude = take_degrees(text, 90);
  const auto longitude_sign = take_sign(text);
  if (!latitude || longitude_sign == 0) return std::nullopt;
  const auto longitude = take_degrees(text, 180);
  if (!longitude) return std::nullopt;
  from = text;

  const auto latitude_bits = pack(latitude_sign, *latitude);
  const auto longitude_bits = pack(longitude_sign, *longitude);
  const bool is_verbatim = latitude_bits == 0 || longitude_bits == 0;
  return WrittenLocation{
      {latitude_sign * latitude->e7, longitude_sign * longitude->e7},
      {is_verbatim ? std::uint16_t{0}
                   : static_cast<std::uint16_t>(latitude_bits | longitude_bits << CoordinateStyle::width)}};
}

std::optional<WrittenLocation> parse_written_iso6709(std::string_view text) {
  const auto written = take_written_iso6709(text);
  return text.empty() ? written : std::nullopt;
}

std::optional<Location> parse_iso6709(std::string_view text) {
  const auto written = parse_written_iso6709(text);
  if (!written) return std::nullopt;
  return written->location;
}

bool is_canonical(const WrittenLocation& written) {
  return written.style.bits >> LocationStyle::width == 0 &&
         is_canonical(written.location.latitude_e7, latitude_e7_max, unpack(written.style.bits)) &&
         is_canonical(written.location.longitude_e7, longitude_e7_max,
                      unpack(unsigned{written.style.bits} >> CoordinateStyle::width));
}

void append_iso6709(std::string& out, const WrittenLocation& written) {
  assert(!written.style.is_verbatim());
  std::array<char, 40> text;
  auto* at = write_coordinate(text.data(), written.location.latitude_e7, unpack(written.style.bits));
  at = write_coordinate(at, written.location.longitude_e7,
                        unpack(unsigned{written.style.bits} >> CoordinateStyle::width));
  out.append(text.data(), at);
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
  return Location{latitude_sign * latitude->e7, longitude_sign * longitude->e7};
}

void append_degrees(std::string& out, std::int32_t degrees_e7) {
  const auto magnitude = std::abs(std::int64_t{degrees_e7});
  if (degrees_e7 < 0) out += '-';
  append_number(out, magnitude / unit);
  if (magnitude % unit == 0) return;
  const auto digits = std::to_string(unit + magnitude % unit);  // the leading 1 keeps the zeros behind it
  out += '.';
  out.append(digits, 1, digits.find_last_not_of('0'));
}

double distance_m(Location a, Location b) {
  constexpr double radians_per_degree = std::numbers::pi / 180;
  const double latitude_a = a.latitude() * radians_per_degree;
  const double latitude_b = b.latitude() * radians_per_degree;
  const double half_dlat = (latitude_b - latitude_a) / 2;
  const double half_dlon = (b.longitude() - a.longitude()) * radians_per_degree / 2;
  const double h = std::sin(half_dlat) * std::sin(half_dlat) +
                   std::cos(latitude_a) * std::cos(latitude_b) * std::sin(half_dlon) * std::sin(half_dlon);
  return 2 * earth_radius_m * std::asin(std::min(1.0, std::sqrt(h)));
}

}  // namespace herd::geo
