#include "herd/live/subscription_grid.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <vector>

namespace herd::live {
namespace {

using Circle = protocols::LiveSubscription::Circle;
using Clients = protocols::LiveSubscription::Clients;
using Ids = std::vector<SubscriptionGrid::Id>;

Ids at(const SubscriptionGrid& grid, geo::Location location) {
  Ids found;
  grid.for_each_at(location, [&](SubscriptionGrid::Id id) { found.push_back(id); });
  std::ranges::sort(found);
  return found;
}

Ids of(const SubscriptionGrid& grid, std::string_view client) {
  Ids found;
  grid.for_each_of(client, [&](SubscriptionGrid::Id id) { found.push_back(id); });
  return found;
}

TEST(SubscriptionGrid, lists_are_found_by_their_clients) {
  SubscriptionGrid grid;
  grid.add(0, Clients{"a", "b", "a"});
  grid.add(1, Clients{"b"});
  EXPECT_EQ(of(grid, "a"), Ids{0});
  EXPECT_EQ(of(grid, "b"), (Ids{0, 1}));
  EXPECT_EQ(of(grid, "c"), Ids{});
  EXPECT_TRUE(grid.contains(0, {5, 5}));
  grid.remove(0);
  EXPECT_EQ(of(grid, "a"), Ids{});
  EXPECT_EQ(of(grid, "b"), Ids{1});
}

TEST(SubscriptionGrid, edges_belong_to_a_box_and_the_antimeridian_is_one_line) {
  SubscriptionGrid grid;
  grid.add(0, geo::Box{{0, 1'790'000'000}, {10, 1'800'000'000}});
  grid.add(1, geo::Box{{0, -1'800'000'000}, {10, -1'790'000'000}});
  grid.add(2, geo::Box{{0, 1'790'000'000}, {10, -1'790'000'000}});
  grid.add(3, geo::Box{{-900'000'000, -1'800'000'000}, {900'000'000, 1'800'000'000}});
  EXPECT_EQ(at(grid, {0, 1'790'000'000}), (Ids{0, 2, 3}));
  EXPECT_EQ(at(grid, {10, 1'800'000'000}), (Ids{0, 1, 2, 3}));
  EXPECT_EQ(at(grid, {10, -1'800'000'000}), (Ids{0, 1, 2, 3}));
  EXPECT_EQ(at(grid, {10, -1'790'000'000}), (Ids{1, 2, 3}));
  EXPECT_EQ(at(grid, {11, -1'790'000'000}), Ids{3});
  EXPECT_EQ(at(grid, {900'000'000, 0}), Ids{3});
}

/// Compared with a CellGrid of one point, which was compared with everything.
TEST(SubscriptionGrid, finds_what_asking_everybody_finds) {
  const auto seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  const auto between = [&](std::int64_t from, std::int64_t to) {
    return static_cast<std::int32_t>(std::uniform_int_distribution(from, to)(random));
  };
  // Many near each other, at corners of the Earth, and a few anywhere.
  const auto some_location = [&] {
    static constexpr std::array<geo::Location, 6> corners{{{0, 0},
                                                           {0, 1'800'000'000},
                                                           {0, -1'800'000'000},
                                                           {900'000'000, 5},
                                                           {-899'999'999, -1'799'999'999},
                                                           {340'000'000, -1'180'000'000}}};
    const auto corner = corners[random() % corners.size()];
    const auto spread = std::int64_t{1} << (random() % 31);
    return geo::Location{between(std::max<std::int64_t>(-900'000'000, corner.latitude_e7 - spread),
                                 std::min<std::int64_t>(900'000'000, corner.latitude_e7 + spread)),
                         between(std::max<std::int64_t>(-1'800'000'000, corner.longitude_e7 - spread),
                                 std::min<std::int64_t>(1'800'000'000, corner.longitude_e7 + spread))};
  };
  SubscriptionGrid grid;
  std::map<SubscriptionGrid::Id, SubscriptionGrid::Wanted> all;
  const auto add = [&](SubscriptionGrid::Id id) {
    if (random() % 2 == 0) {
      auto a = some_location();
      auto b = some_location();
      if (a.latitude_e7 > b.latitude_e7) std::swap(a.latitude_e7, b.latitude_e7);
      all[id] = geo::Box{a, b};
    } else {
      all[id] = Circle{some_location(), std::exp2(static_cast<double>(random() % 250) / 10)};
    }
    grid.add(id, all[id]);
  };
  for (SubscriptionGrid::Id id = 0; id < 200; ++id) add(id);
  for (int round = 0; round < 3000; ++round) {
    if (round % 10 == 0) {
      const auto id = static_cast<SubscriptionGrid::Id>(random() % 200);
      grid.remove(id);
      add(id);
    }
    const auto location = some_location();
    geo::CellGrid point;
    point.update(1, location);
    Ids expected;
    for (const auto& [id, wanted] : all) {
      bool holds = false;
      if (const auto* box = std::get_if<geo::Box>(&wanted)) {
        std::vector<geo::CellGrid::Point> found;
        point.within(*box, 1, found);
        holds = !found.empty();
      } else {
        const auto& circle = std::get<Circle>(wanted);
        std::vector<geo::CellGrid::Neighbor> found;
        point.nearest(circle.center, circle.radius_m, 1, found);
        holds = !found.empty();
      }
      EXPECT_EQ(grid.contains(id, location), holds);
      if (holds) expected.push_back(id);
    }
    ASSERT_EQ(at(grid, location), expected) << location.latitude_e7 << ' ' << location.longitude_e7;
  }
}

}  // namespace
}  // namespace herd::live
