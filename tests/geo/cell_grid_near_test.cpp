#include <cmath>
#include <cstdint>
#include <gtest/gtest.h>
#include <iterator>
#include <limits>
#include <vector>

#include "geo/grid_answers.h"
#include "herd/geo/cell_grid.h"

namespace herd::geo {
namespace {

TEST(CellGrid, finds_the_nearest_within_a_radius_nearest_first) {
  CellGrid grid;
  grid.update(1, {340689300, -1184451270});
  grid.update(2, {340689300, -1184451370});
  grid.update(3, {340690300, -1184451270});
  grid.update(4, {471410000, 95209000});
  const Location ucla{340689300, -1184451270};
  const std::vector<CellGrid::Neighbor> three{
      {1, ucla, 0},
      {2, {340689300, -1184451370}, distance_m(ucla, {340689300, -1184451370})},
      {3, {340690300, -1184451270}, distance_m(ucla, {340690300, -1184451270})}};
  EXPECT_EQ(nearest(grid, ucla, 100, 10), three);
  EXPECT_EQ(ids_near(grid, ucla, 100, 2), (std::vector<CellGrid::Id>{1, 2}));
  EXPECT_EQ(ids_near(grid, ucla, half_around_m, 10), (std::vector<CellGrid::Id>{1, 2, 3, 4}));
  EXPECT_EQ(ids_near(grid, ucla, 5, 10), (std::vector<CellGrid::Id>{1, 2}));
}

TEST(CellGrid, with_a_radius_of_nothing_finds_what_is_at_the_very_place) {
  CellGrid grid;
  grid.update(7, {10, 10});
  grid.update(3, {10, 10});
  grid.update(1, {10, 11});
  EXPECT_EQ(ids_near(grid, {10, 10}, 0, 10), (std::vector<CellGrid::Id>{3, 7}));
  EXPECT_EQ(ids_near(grid, {11, 10}, 0, 10), (std::vector<CellGrid::Id>{}));
}

TEST(CellGrid, finds_nothing_for_no_radius_or_no_count_or_in_an_empty_grid) {
  CellGrid grid;
  EXPECT_TRUE(nearest(grid, {0, 0}, half_around_m, 5).empty());
  EXPECT_TRUE(ids_within(grid, {{-90 * degree, -180 * degree}, {90 * degree, 180 * degree}}).empty());
  grid.update(1, {0, 0});
  EXPECT_TRUE(nearest(grid, {0, 0}, half_around_m, 0).empty());
  EXPECT_TRUE(nearest(grid, {0, 0}, -1, 5).empty());
  EXPECT_TRUE(nearest(grid, {0, 0}, std::numeric_limits<double>::quiet_NaN(), 5).empty());
  EXPECT_EQ(ids_near(grid, {0, 0}, std::numeric_limits<double>::infinity(), 5), (std::vector<CellGrid::Id>{1}));
}

TEST(CellGrid, gives_a_radius_its_last_bit) {
  CellGrid grid;
  const Location center{340689300, -1184451270};
  const Location there{471410000, 95209000};
  grid.update(1, there);
  const auto distance = distance_m(center, there);
  EXPECT_EQ(ids_near(grid, center, distance, 5), (std::vector<CellGrid::Id>{1}));
  EXPECT_TRUE(nearest(grid, center, std::nextafter(distance, 0), 5).empty());
}

TEST(CellGrid, sees_across_the_antimeridian_and_over_the_poles) {
  CellGrid grid;
  grid.update(1, {0, 1799999000});
  grid.update(2, {0, -1799999000});
  grid.update(3, {899999000, 0});
  grid.update(4, {899999000, 1800000000});
  grid.update(5, {-900000000, 1234567890});
  EXPECT_EQ(ids_near(grid, {0, 1799999100}, 1000, 5), (std::vector<CellGrid::Id>{1, 2}));
  EXPECT_EQ(ids_near(grid, {0, -1799999100}, 1000, 5), (std::vector<CellGrid::Id>{2, 1}));
  EXPECT_EQ(ids_near(grid, {899999100, 0}, 1000, 5), (std::vector<CellGrid::Id>{3, 4}));
  EXPECT_EQ(ids_near(grid, {-900000000, 0}, 1, 5), (std::vector<CellGrid::Id>{5}));
}

TEST(CellGrid, sees_to_the_antipodes) {
  CellGrid grid;
  grid.update(1, {-340689300, 615548730});
  EXPECT_EQ(ids_near(grid, {340689300, -1184451270}, half_around_m, 5), (std::vector<CellGrid::Id>{1}));
  EXPECT_TRUE(nearest(grid, {340689300, -1184451270}, 20'000'000, 5).empty());
}

TEST(CellGrid, may_change_while_distances_to_what_was_found_are_computed) {
  CellGrid grid;
  for (CellGrid::Id id = 1; id <= 100; ++id) grid.update(id, {static_cast<std::int32_t>(id), 0});
  std::vector<CellGrid::Neighbor> out;
  int calls = 0;
  grid.nearest({0, 0}, half_around_m, 2, out, nullptr, [&] {
    ++calls;
    for (CellGrid::Id id = 1; id <= 100; ++id) grid.remove(id);
  });
  EXPECT_EQ(out, (std::vector<CellGrid::Neighbor>{{1, {1, 0}, distance_m({0, 0}, {1, 0})},
                                                  {2, {2, 0}, distance_m({0, 0}, {2, 0})}}));
  grid.nearest({0, 0}, half_around_m, 0, out, nullptr, [&] { ++calls; });
  EXPECT_EQ(calls, 2) << "also if there is nothing to find";
}

}  // namespace
}  // namespace herd::geo
