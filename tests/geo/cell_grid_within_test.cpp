#include <cstdint>
#include <gtest/gtest.h>
#include <vector>

#include "geo/grid_answers.h"
#include "herd/geo/cell_grid.h"

namespace herd::geo {
namespace {

TEST(CellGrid, finds_all_within_a_box_edges_included) {
  CellGrid grid;
  grid.update(1, {0, 0});
  grid.update(2, {degree, degree});
  grid.update(3, {degree + 1, degree});
  grid.update(4, {degree, degree + 1});
  grid.update(5, {-1, 0});
  EXPECT_EQ(ids_within(grid, {{0, 0}, {degree, degree}}), (std::vector<CellGrid::Id>{1, 2}));
  EXPECT_EQ(ids_within(grid, {{degree, degree}, {degree, degree}}), (std::vector<CellGrid::Id>{2}));
  EXPECT_TRUE(ids_within(grid, {{1, 0}, {0, degree}}).empty());  // south of its own south
}

TEST(CellGrid, takes_a_box_whose_west_is_east_of_its_east_across_the_antimeridian) {
  CellGrid grid;
  grid.update(1, {0, 179 * degree});
  grid.update(2, {0, -179 * degree});
  grid.update(3, {0, 0});
  grid.update(4, {0, 180 * degree});
  grid.update(5, {0, -180 * degree});
  EXPECT_EQ(ids_within(grid, {{0, 179 * degree}, {0, -179 * degree}}), (std::vector<CellGrid::Id>{1, 2, 4, 5}));
  EXPECT_EQ(ids_within(grid, {{0, -179 * degree}, {0, 179 * degree}}), (std::vector<CellGrid::Id>{1, 2, 3}));
  EXPECT_EQ(ids_within(grid, {{0, -180 * degree}, {0, 180 * degree}}), (std::vector<CellGrid::Id>{1, 2, 3, 4, 5}));
}

TEST(CellGrid, knows_the_antimeridian_by_both_its_longitudes) {
  CellGrid grid;
  grid.update(1, {0, 180 * degree});
  grid.update(2, {0, -180 * degree});
  const std::vector<CellGrid::Id> both{1, 2};
  EXPECT_EQ(ids_within(grid, {{0, 170 * degree}, {0, 180 * degree}}), both);
  EXPECT_EQ(ids_within(grid, {{0, -180 * degree}, {0, -170 * degree}}), both);
  EXPECT_EQ(ids_within(grid, {{0, 180 * degree}, {0, -180 * degree}}), both);
  EXPECT_EQ(ids_within(grid, {{0, 180 * degree}, {0, 180 * degree}}), both);
  EXPECT_EQ(grid.find(1), (Location{0, 180 * degree}));
  EXPECT_EQ(grid.find(2), (Location{0, -180 * degree}));
}

TEST(CellGrid, says_when_a_box_holds_more_than_was_asked_for) {
  CellGrid grid;
  for (CellGrid::Id id = 0; id < 100; ++id) grid.update(id, {static_cast<std::int32_t>(id), 0});
  const Box all{{0, 0}, {99, 0}};
  std::vector<CellGrid::Point> out;
  EXPECT_FALSE(grid.within(all, 99, out));
  EXPECT_EQ(out.size(), 99U);
  EXPECT_TRUE(grid.within(all, 100, out));
  EXPECT_EQ(out.size(), 100U);
  EXPECT_FALSE(grid.within(all, 0, out));
  EXPECT_TRUE(out.empty());
  EXPECT_TRUE(grid.within({{100, 0}, {200, 0}}, 0, out));
}

}  // namespace
}  // namespace herd::geo
