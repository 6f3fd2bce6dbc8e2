#include "herd/places/open_location_code.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace herd::places {
namespace {

constexpr std::string_view digits = "23456789CFGHJMPQRVWX";
constexpr std::int64_t cell_e7 = 1250;  // 1/8000 degree
constexpr std::int64_t latitude_cells = 180 * 8000;
constexpr std::int64_t longitude_cells = 360 * 8000;

}  // namespace

void append_open_location_code(std::string& out, geo::Location location) {
  auto latitude = (std::int64_t{location.latitude_e7} + 900'000'000) / cell_e7;
  auto longitude = (std::int64_t{location.longitude_e7} + 1'800'000'000 + 3'600'000'000) / cell_e7;
  // The north pole belongs to the cell south of it, the 180th meridian to the cell east of it.
  latitude = std::clamp<std::int64_t>(latitude, 0, latitude_cells - 1);
  longitude %= longitude_cells;

  std::array<char, 11> code;
  code[8] = '+';
  for (const std::size_t pair : {9UL, 6UL, 4UL, 2UL, 0UL}) {
    code[pair] = digits[static_cast<std::size_t>(latitude % 20)];
    code[pair + 1] = digits[static_cast<std::size_t>(longitude % 20)];
    latitude /= 20;
    longitude /= 20;
  }
  out.append(code.data(), code.size());
}

}  // namespace herd::places
