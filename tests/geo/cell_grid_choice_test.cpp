#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <gtest/gtest.h>
#include <vector>

#include "geo/grid_answers.h"
#include "herd/geo/cell_grid.h"

namespace herd::geo {
namespace {

TEST(CellGrid, spends_what_looks_it_has_from_the_centre_outwards) {
  CellGrid grid;
  // A spiral, from id 0 outwards, whose centre is beside the line by which the Earth is halved first.
  constexpr CellGrid::Id count = 20'000;
  for (CellGrid::Id id = 0; id < count; ++id) {
    const auto away = 1000.0 * id;
    grid.update(id, {static_cast<std::int32_t>(away * std::cos(id)), static_cast<std::int32_t>(away * std::sin(id))});
  }
  std::vector<CellGrid::Neighbor> out;
  CellGrid::Id farthest = 0;
  const auto look = [&](std::size_t looks_max) {
    farthest = 0;
    auto choice = choice_of(
        [&](CellGrid::Id id) {
          farthest = std::max(farthest, id);
          return id % 10 == 0;
        },
        looks_max);
    grid.nearest({0, -1}, half_around_m, count, out, &choice);
    return choice.is_cut_short();
  };
  EXPECT_TRUE(look(5000));
  EXPECT_LT(farthest, 7500U);
  ASSERT_GT(out.size(), 400U);
  for (std::size_t i = 0; i < 400; ++i) ASSERT_EQ(out[i].id, 10 * i);
  EXPECT_TRUE(look(count - 1));
  EXPECT_FALSE(look(count));
  EXPECT_EQ(out.size(), count / 10);
}

TEST(CellGrid, spends_no_more_looks_at_one_place_than_it_has) {
  CellGrid grid;
  for (CellGrid::Id id = 0; id < 100; ++id) grid.update(id, {0, 0});
  std::vector<CellGrid::Neighbor> out;
  std::vector<CellGrid::Point> inside;
  std::size_t looks = 0;
  const auto is_odd = [&looks](CellGrid::Id id) {
    ++looks;
    return id % 2 == 1;
  };
  auto all = choice_of(is_odd, 100);
  grid.nearest({0, 0}, 0, 100, out, &all);
  EXPECT_EQ(out.size(), 50U);
  EXPECT_FALSE(all.is_cut_short());
  auto some = choice_of(is_odd, 99);
  grid.nearest({0, 0}, 0, 100, out, &some);
  EXPECT_GE(out.size(), 49U);
  EXPECT_TRUE(some.is_cut_short());
  auto some_inside = choice_of(is_odd, 99);
  EXPECT_FALSE(grid.within({{0, 0}, {0, 0}}, 100, inside, &some_inside));
  EXPECT_TRUE(some_inside.is_cut_short());
  EXPECT_EQ(looks, 298U);
}

TEST(CellGrid, asks_for_nobody_when_those_before_took_all_work_however_many_they_were) {
  CellGrid grid;
  for (CellGrid::Id id = 1; id <= 5; ++id) grid.update(id, {static_cast<std::int32_t>(id), 0});
  const auto found = [&grid](std::size_t work_max) {
    CellGrid::Choice choice(
        [](CellGrid::Id id, std::size_t& work_left) {
          work_left -= std::min<std::size_t>(work_left, id == 2 ? 100 : 1);
          return true;
        },
        work_max);
    std::vector<CellGrid::Neighbor> out;
    grid.nearest({0, 0}, half_around_m, 5, out, &choice);
    return std::to_string(out.size()) + (choice.is_cut_short() ? ", cut short" : "");
  };
  EXPECT_EQ(found(0), "0, cut short");
  EXPECT_EQ(found(1), "1, cut short");
  EXPECT_EQ(found(2), "2, cut short") << "the last one may take more than is left";
  EXPECT_EQ(found(103), "4, cut short");
  EXPECT_EQ(found(104), "5");
}

}  // namespace
}  // namespace herd::geo
