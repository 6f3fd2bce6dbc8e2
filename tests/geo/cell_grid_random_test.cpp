#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <gtest/gtest.h>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "geo/grid_answers.h"
#include "herd/geo/cell_grid.h"

namespace herd::geo {
namespace {

bool is_east_of(std::int32_t longitude, std::int32_t west, std::int32_t east) {
  return west <= east ? west <= longitude && longitude <= east : west <= longitude || longitude <= east;
}

std::vector<CellGrid::Id> ids_within_by_looking_at_all(const Points& points, const Box& box) {
  std::vector<CellGrid::Id> ids;
  for (const auto& [id, location] : points) {
    const auto west = box.south_west.longitude_e7;
    const auto east = box.north_east.longitude_e7;
    const auto longitude = location.longitude_e7;
    const bool is_on_antimeridian = longitude == 180 * degree || longitude == -180 * degree;
    if (location.latitude_e7 >= box.south_west.latitude_e7 && location.latitude_e7 <= box.north_east.latitude_e7 &&
        (is_east_of(longitude, west, east) || (is_on_antimeridian && is_east_of(-longitude, west, east)))) {
      ids.push_back(id);
    }
  }
  return ids;
}

/// A world for random points, and a spread that makes some of them neighbours of the others.
enum class World { earth, city, poles, antimeridian, one_place, meridian, parallel, grid };

std::int32_t between(std::mt19937_64& random, std::int64_t low, std::int64_t high) {
  return static_cast<std::int32_t>(low +
                                   static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(high - low + 1)));
}

Location somewhere(World world, std::mt19937_64& random) {
  const auto anywhere_north = [&] { return between(random, -90 * degree, 90 * degree); };
  const auto anywhere_east = [&] { return between(random, -1'800'000'000, 1'800'000'000); };
  switch (world) {
    case World::city:
      return {between(random, 340000000, 341000000), between(random, -1184500000, -1183500000)};
    case World::poles: {
      const auto away = random() % 4 == 0 ? 0 : between(random, 0, random() % 2 == 0 ? 100 : degree);
      return {random() % 4 == 0 ? away - 90 * degree : 90 * degree - away, anywhere_east()};
    }
    case World::antimeridian: {
      const auto away = random() % 4 == 0 ? 0 : between(random, 0, random() % 2 == 0 ? 100 : degree);
      return {between(random, -degree, degree), random() % 2 == 0 ? away - 180 * degree : 180 * degree - away};
    }
    case World::one_place:
      return {471410000 + between(random, 0, 1), 95209000};
    case World::meridian:
      return {anywhere_north(), 95209000};
    case World::parallel:
      return {600000000, anywhere_east()};
    case World::grid:  // many are equally far
      return {between(random, -90, 90) * degree, between(random, -180, 180) * degree};
    case World::earth:
      break;
  }
  return {anywhere_north(), anywhere_east()};
}

/// Often a place where something is, or the same place moved a little.
Location center_of(const Points& points, World world, std::mt19937_64& random) {
  switch (random() % 4) {
    case 0:
      return somewhere(World::earth, random);
    case 1:
      return points.empty() ? Location{}
                            : std::next(points.begin(), between(random, 0, 20) % std::ssize(points))->second;
    default:
      return somewhere(world, random);
  }
}

double random_radius(std::mt19937_64& random) {
  constexpr std::array<double, 10> radii{0,      0.01,      1,          100,        10'000,
                                         50'000, 1'000'000, 10'007'557, 19'999'999, half_around_m};
  return radii[random() % radii.size()] * (random() % 2 == 0 ? 1 : static_cast<double>(random() % 1000) / 1000);
}

class CellGridWorld : public testing::TestWithParam<World> {};

TEST_P(CellGridWorld, answers_as_if_it_had_looked_at_all_points) {
  const auto world = GetParam();
  const std::uint64_t seed = 20261122 + static_cast<std::uint64_t>(world);
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  CellGrid grid;
  Points points;
  std::size_t found = 0;
  for (int round = 0; round < 60; ++round) {
    // The herd grows, then moves, then shrinks.
    std::vector<CellGrid::Point> moved;
    for (int i = 0; i < 200; ++i) {
      const auto id = static_cast<CellGrid::Id>(random() % 4000);
      if (random() % 60 < static_cast<unsigned>(round)) {
        grid.update(moved);  // in the order in which things happened
        moved.clear();
        ASSERT_EQ(grid.remove(id), points.erase(id) == 1);
      } else {
        auto location = somewhere(world, random);
        if (const auto held = points.find(id); held != points.end() && random() % 2 == 0) {
          location = held->second;
          location.latitude_e7 = std::clamp(location.latitude_e7 + between(random, -5, 5), -900'000'000, 900'000'000);
        }
        moved.push_back({id, location});
        points[id] = location;
      }
    }
    if (round % 2 == 0) {
      grid.update(moved);
    } else {
      for (const auto& each : moved) grid.update(each.id, each.location);
    }
    grid.check();
    ASSERT_EQ(grid.size(), points.size());

    for (int i = 0; i < 20; ++i) {
      const auto center = center_of(points, world, random);
      const auto radius_m = random_radius(random);
      const std::size_t count_max = random() % 4 == 0 ? random() % 5000 : random() % 20;
      const auto expected = nearest_by_looking_at_all(points, center, radius_m, count_max);
      ASSERT_EQ(nearest(grid, center, radius_m, count_max), expected)
          << center.latitude_e7 << ' ' << center.longitude_e7 << ", " << radius_m << " m, " << count_max;
      found += expected.size();

      const auto corner = center_of(points, world, random);
      Box box{{std::min(center.latitude_e7, corner.latitude_e7), center.longitude_e7},
              {std::max(center.latitude_e7, corner.latitude_e7), corner.longitude_e7}};
      const auto expected_within = ids_within_by_looking_at_all(points, box);
      ASSERT_EQ(ids_within(grid, box), expected_within)
          << box.south_west.latitude_e7 << ' ' << box.south_west.longitude_e7 << " to " << box.north_east.latitude_e7
          << ' ' << box.north_east.longitude_e7;
      for (const auto& [id, location] : points) {
        ASSERT_EQ(box.contains(location), std::ranges::binary_search(expected_within, id)) << id;
      }

      const auto part = 1 + static_cast<CellGrid::Id>(random() % 50);
      const auto is_of_part = [part](CellGrid::Id id) { return id % part == 0; };
      Points of_part;
      std::ranges::copy_if(points, std::inserter(of_part, of_part.end()), is_of_part, &Points::value_type::first);
      auto choice = choice_of(is_of_part, points.size());
      std::vector<CellGrid::Neighbor> out;
      grid.nearest(center, radius_m, count_max, out, &choice);
      ASSERT_EQ(out, nearest_by_looking_at_all(of_part, center, radius_m, count_max)) << part;
      auto choice_within = choice_of(is_of_part, points.size());
      std::vector<CellGrid::Point> inside;
      ASSERT_TRUE(grid.within(box, points.size(), inside, &choice_within));
      ASSERT_EQ(inside.size(), ids_within_by_looking_at_all(of_part, box).size()) << part;
      ASSERT_FALSE(choice.is_cut_short() || choice_within.is_cut_short());
    }
    for (const auto& [id, location] : points) ASSERT_EQ(grid.find(id), location);
  }
  EXPECT_GT(found, 10'000U);
}

std::string name_of(const testing::TestParamInfo<World>& info) {
  constexpr std::array names{"the_whole_earth", "one_city",   "both_poles", "the_antimeridian",
                             "one_place",       "a_meridian", "a_parallel", "whole_degrees"};
  return names[static_cast<std::size_t>(info.param)];
}

INSTANTIATE_TEST_SUITE_P(on, CellGridWorld,
                         testing::Values(World::earth, World::city, World::poles, World::antimeridian, World::one_place,
                                         World::meridian, World::parallel, World::grid),
                         name_of);

}  // namespace
}  // namespace herd::geo
