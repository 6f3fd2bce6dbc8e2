#include "herd/geo/cell_grid.h"

#include <cstddef>
#include <cstdint>
#include <gtest/gtest.h>
#include <optional>
#include <random>
#include <vector>

#include "geo/grid_answers.h"

namespace herd::geo {
namespace {

TEST(CellGrid, forgets_what_is_removed) {
  CellGrid grid;
  grid.update(5, {0, 0});
  EXPECT_EQ(grid.find(5), (Location{0, 0}));
  EXPECT_FALSE(grid.remove(4));
  EXPECT_FALSE(grid.remove(4'000'000'000));
  EXPECT_TRUE(grid.remove(5));
  EXPECT_FALSE(grid.remove(5));
  EXPECT_EQ(grid.find(5), std::nullopt);
  EXPECT_EQ(grid.size(), 0U);
  EXPECT_TRUE(ids_near(grid, {0, 0}, half_around_m, 5).empty());
  grid.check();
}

TEST(CellGrid, gives_back_nothing_and_keeps_nothing_too_much_when_points_come_and_go) {
  CellGrid grid;
  std::size_t bytes = 0;
  for (int round = 0; round < 5; ++round) {
    for (CellGrid::Id id = 0; id < 50'000; ++id) {
      grid.update(id, {static_cast<std::int32_t>(id % 500 * 1000), static_cast<std::int32_t>(id / 500 * 1000)});
    }
    grid.check();
    if (round == 0) bytes = grid.bytes();
    EXPECT_EQ(grid.bytes(), bytes);
    for (CellGrid::Id id = 0; id < 50'000; ++id) ASSERT_TRUE(grid.remove(id));
    grid.check();
  }
}

TEST(CellGrid, takes_at_most_forty_bytes_a_point) {
  CellGrid grid;
  std::mt19937_64 random(20261122);
  std::normal_distribution<double> degrees(0, degree * 0.1);
  constexpr CellGrid::Id count = 200'000;
  for (CellGrid::Id id = 0; id < count; ++id) {
    grid.update(id, {static_cast<std::int32_t>(degrees(random)), static_cast<std::int32_t>(degrees(random))});
  }
  EXPECT_LT(grid.bytes(), 40 * std::size_t{count});
}

TEST(CellGrid, holds_many_points_at_one_place) {
  CellGrid grid;
  Points points;
  std::vector<CellGrid::Id> first;
  const Location place{340689300, -1184451270};
  for (CellGrid::Id i = 0; i < 5000; ++i) {
    const auto id = i * 7919 % 5000;
    grid.update(id, place);
    points[id] = place;
  }
  grid.check();
  EXPECT_EQ(nearest(grid, place, 0, 20), nearest_by_looking_at_all(points, place, 0, 20));
  EXPECT_EQ(nearest(grid, {0, 0}, half_around_m, 10'000),
            nearest_by_looking_at_all(points, {0, 0}, half_around_m, 10'000));
  for (CellGrid::Id id = 0; id < 5000; id += 2) {
    if (id % 4 == 0) {
      grid.remove(id);
      points.erase(id);
    } else {
      grid.update(id, {340689301, -1184451270});
      points[id] = {340689301, -1184451270};
    }
  }
  grid.check();
  EXPECT_EQ(nearest(grid, place, 0, 20), nearest_by_looking_at_all(points, place, 0, 20));
  EXPECT_EQ(nearest(grid, place, 1, 4000), nearest_by_looking_at_all(points, place, 1, 4000));
}

}  // namespace
}  // namespace herd::geo
