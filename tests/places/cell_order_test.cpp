#include "herd/places/cell_order.h"

#include <cstdlib>

#include "gtest/gtest.h"

namespace herd::places {
namespace {

TEST(CellOrder, begins_in_the_south_west_and_differs_for_every_location) {
  static_assert(cell_order({-900'000'000, -1'800'000'000}) == 0);
  EXPECT_NE(cell_order({0, 0}), cell_order({0, 1}));
  EXPECT_NE(cell_order({900'000'000, 1'800'000'000}), cell_order({900'000'000, 1'799'999'999}));
}

TEST(CellOrder, goes_from_each_cell_to_one_beside_it) {
  // The 256 locations of a square that is aligned in the curve's own units are a run of it.
  constexpr std::int32_t side = 16;
  constexpr geo::Location corner{-900'000'000 + (1 << 20), -1'800'000'000 + (1 << 21)};
  std::vector<geo::Location> by_order(side * side);
  const auto first = cell_order(corner) / (side * side) * (side * side);
  for (std::int32_t y = 0; y < side; ++y) {
    for (std::int32_t x = 0; x < side; ++x) {
      const geo::Location location{corner.latitude_e7 + y, corner.longitude_e7 + x};
      by_order.at(cell_order(location) - first) = location;
    }
  }
  for (std::size_t i = 1; i < by_order.size(); ++i) {
    EXPECT_EQ(std::abs(by_order[i].latitude_e7 - by_order[i - 1].latitude_e7) +
                  std::abs(by_order[i].longitude_e7 - by_order[i - 1].longitude_e7),
              1)
        << i;
  }
}

}  // namespace
}  // namespace herd::places
