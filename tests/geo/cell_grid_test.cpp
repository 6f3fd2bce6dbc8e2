#include "herd/geo/cell_grid.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <map>
#include <ostream>
#include <random>
#include <string>
#include <tuple>

namespace herd::geo {

static bool operator==(const CellGrid::Neighbor& a, const CellGrid::Neighbor& b) {
  return a.id == b.id && a.location == b.location && a.distance_m == b.distance_m;
}

static std::ostream& operator<<(std::ostream& out, const CellGrid::Neighbor& each) {
  return out << each.id << " at " << each.location.latitude_e7 << ' ' << each.location.longitude_e7 << ", "
             << each.distance_m << " m";
}

namespace {

using Points = std::map<CellGrid::Id, Location>;

constexpr std::int32_t degree = 10'000'000;
constexpr double half_around_m = 20'100'000;

std::vector<CellGrid::Neighbor> nearest(const CellGrid& grid, Location center, double radius_m, std::size_t count_max) {
  std::vector<CellGrid::Neighbor> out(3);  // what was there before does not matter
  grid.nearest(center, radius_m, count_max, out);
  return out;
}

std::vector<CellGrid::Id> ids_near(const CellGrid& grid, Location center, double radius_m, std::size_t count_max) {
  std::vector<CellGrid::Id> ids;
  for (const auto& each : nearest(grid, center, radius_m, count_max)) ids.push_back(each.id);
  return ids;
}

std::vector<CellGrid::Id> ids_within(const CellGrid& grid, const Box& box) {
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
CellGrid::Choice choice_of(std::function<bool(CellGrid::Id)> is_wanted, std::size_t looks_max) {
  return {[is_wanted = std::move(is_wanted)](CellGrid::Id id, std::size_t& looks_left) {
            --looks_left;
            return is_wanted(id);
          },
          looks_max};
}

std::vector<CellGrid::Neighbor> nearest_by_looking_at_all(const Points& points, Location center, double radius_m,
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
