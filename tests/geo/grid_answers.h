#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <ostream>
#include <tuple>
#include <utility>
#include <vector>

#include "herd/geo/cell_grid.h"

/// What a CellGrid answers, for comparing, and what it should.
namespace herd::geo {

inline bool operator==(const CellGrid::Neighbor& a, const CellGrid::Neighbor& b) {
  return a.id == b.id && a.location == b.location && a.distance_m == b.distance_m;
}

inline std::ostream& operator<<(std::ostream& out, const CellGrid::Neighbor& each) {
  return out << each.id << " at " << each.location.latitude_e7 << ' ' << each.location.longitude_e7 << ", "
             << each.distance_m << " m";
}

using Points = std::map<CellGrid::Id, Location>;

inline constexpr std::int32_t degree = 10'000'000;
inline constexpr double half_around_m = 20'100'000;

inline std::vector<CellGrid::Neighbor> nearest(const CellGrid& grid, Location center, double radius_m,
                                               std::size_t count_max) {
  std::vector<CellGrid::Neighbor> out(3);  // what was there before does not matter
  grid.nearest(center, radius_m, count_max, out);
  return out;
}

inline std::vector<CellGrid::Id> ids_near(const CellGrid& grid, Location center, double radius_m,
                                          std::size_t count_max) {
  std::vector<CellGrid::Id> ids;
  for (const auto& each : nearest(grid, center, radius_m, count_max)) ids.push_back(each.id);
  return ids;
}

inline std::vector<CellGrid::Id> ids_within(const CellGrid& grid, const Box& box) {
  std::vector<CellGrid::Point> out(3);
  EXPECT_TRUE(grid.within(box, grid.size(), out));
  std::vector<CellGrid::Id> ids;
  for (const auto& each : out) {
    EXPECT_EQ(grid.find(each.id), each.location);
    ids.push_back(each.id);
  }
  std::ranges::sort(ids);
  return ids;
}

/// Each look is as much work as any other.
inline CellGrid::Choice choice_of(std::function<bool(CellGrid::Id)> is_wanted, std::size_t looks_max) {
  return {[is_wanted = std::move(is_wanted)](CellGrid::Id id, std::size_t& looks_left) {
            --looks_left;
            return is_wanted(id);
          },
          looks_max};
}

inline std::vector<CellGrid::Neighbor> nearest_by_looking_at_all(const Points& points, Location center, double radius_m,
                                                                 std::size_t count_max) {
  std::vector<CellGrid::Neighbor> all;
  for (const auto& [id, location] : points) {
    const auto distance = distance_m(center, location);
    if (distance <= radius_m) all.push_back({id, location, distance});
  }
  std::ranges::sort(all, {}, [](const auto& each) { return std::tuple(each.distance_m, each.id); });
  if (all.size() > count_max) all.resize(count_max);
  return all;
}

}  // namespace herd::geo
