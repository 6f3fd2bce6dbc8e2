#include "herd/places/place_index.h"

#include <algorithm>
#include <limits>
#include <random>

#include "gtest/gtest.h"
#include "herd/base/bytes.h"
#include "herd/places/cell_order.h"
#include "herd/places/place_index_builder.h"

namespace herd::places {
namespace {

/// An index with its bytes; numbers are those of the index.
struct Indexed {
  std::string boxes;
  std::string locations;
  PlaceIndex index;

  /// Place i of the index has the types set_of(i).
  static std::uint64_t set_of(std::uint64_t i) { return std::uint64_t{1} << (i * i % 64); }

  explicit Indexed(std::vector<geo::Location> places) {
    std::ranges::sort(places, {}, cell_order);
    std::vector<std::string> levels(PlaceIndex::levels_max);
    PlaceIndexBuilder builder([&](std::size_t level, std::string_view box) { levels[level] += box; });
    for (std::uint64_t i = 0; i < places.size(); ++i) {
      append_le(locations, places[i].latitude_e7, places[i].longitude_e7);
      builder.add(places[i], set_of(i));
    }
    builder.finish();
    for (const auto& level : levels) boxes += level;
    EXPECT_EQ(boxes.size(), PlaceIndex::box_count(places.size()) * PlaceIndex::box_bytes);
    index = PlaceIndex(boxes.data(), locations.data(), places.size());
  }
};

std::vector<Nearest> nearest_by_brute_force(const PlaceIndex& index, geo::Location center, double radius_m,
                                            std::size_t limit, const PlaceFilter& filter = {}) {
  std::vector<Nearest> all;
  for (std::uint64_t i = 0; i < index.size(); ++i) {
    if (filter.accepts && !filter.accepts(i)) continue;
    const auto distance = geo::distance_m(center, index.location(i));
    if (distance <= radius_m) all.push_back({distance, i});
  }
  std::ranges::sort(all);
  all.resize(std::min(all.size(), limit));
  return all;
}

class RandomQuestions : public testing::Test {
 protected:
  std::uint32_t seed_ = std::random_device{}();
  std::mt19937 random_{seed_};

  std::int32_t between(std::int32_t low, std::int32_t high) {
    return std::uniform_int_distribution<std::int32_t>(low, high)(random_);
  }
  geo::Location anywhere() { return {between(-900'000'000, 900'000'000), between(-1'800'000'000, 1'800'000'000)}; }
  /// Within a degree of the antimeridian or of a pole, or on them.
  geo::Location at_an_edge() {
    const auto sign = between(0, 1) == 0 ? -1 : 1;
    const auto inward = between(0, 3) == 0 ? 0 : between(0, 10'000'000);
    auto location = anywhere();
    (between(0, 1) == 0 ? location.latitude_e7 : location.longitude_e7) = 0;
    if (location.latitude_e7 == 0) return {between(-900'000'000, 900'000'000), sign * (1'800'000'000 - inward)};
    return {sign * (900'000'000 - inward), between(-1'800'000'000, 1'800'000'000)};
  }
  geo::Location near(geo::Location location, std::int32_t spread_e7) {
    return {std::clamp(location.latitude_e7 + between(-spread_e7, spread_e7), -900'000'000, 900'000'000),
            std::clamp(location.longitude_e7 + between(-spread_e7, spread_e7), -1'800'000'000, 1'800'000'000)};
  }
};

TEST_F(RandomQuestions, are_answered_as_by_brute_force) {
  for (const std::size_t places : {0UL, 1UL, 7UL, 8UL, 9UL, 64UL, 65UL, 500UL, 3000UL}) {
    std::vector<geo::Location> locations;
    while (locations.size() < places) {
      // Uniform ones, clusters like towns, places on top of each other, and the edges of maps.
      switch (between(0, 3)) {
        case 0:
          locations.push_back(anywhere());
          break;
        case 1:
          locations.push_back(at_an_edge());
          break;
        case 2:
          locations.push_back(locations.empty() ? anywhere() : locations.back());
          break;
        default:
          locations.push_back(near({471'410'000, 95'209'000}, 100'000));
          break;
      }
    }
    const Indexed indexed(locations);
    for (int i = 0; i < 250; ++i) {
      const auto center = i % 3 == 0   ? anywhere()
                          : i % 3 == 1 ? at_an_edge()
                                       : near({471'410'000, 95'209'000}, 200'000);
      const double radius_m = i % 2 == 0 ? between(0, 100'000) : between(0, 20'100'000);
      const auto limit = static_cast<std::size_t>(between(1, 40));
      ASSERT_EQ(indexed.index.nearest(center, radius_m, limit),
                nearest_by_brute_force(indexed.index, center, radius_m, limit))
          << "seed " << seed_ << ", " << places << " places, " << limit << " within " << radius_m << " m of "
          << center.latitude_e7 << ", " << center.longitude_e7;

      const auto types = std::uint64_t{1} << static_cast<unsigned>(between(0, 63));
      const PlaceFilter filter{
          types, [&](std::uint64_t number) { return number % 3 != 0 && Indexed::set_of(number) == types; }};
      ASSERT_EQ(indexed.index.nearest(center, radius_m, limit, filter),
                nearest_by_brute_force(indexed.index, center, radius_m, limit, filter))
          << "seed " << seed_ << ", " << places << " places, types " << types;
    }
  }
}

TEST_F(RandomQuestions, find_a_place_at_exactly_the_radius) {
  std::vector<geo::Location> locations;
  while (locations.size() < 200) locations.push_back(anywhere());
  const Indexed indexed(locations);
  for (std::uint64_t i = 0; i < indexed.index.size(); ++i) {
    const auto center = anywhere();
    const auto distance = geo::distance_m(center, indexed.index.location(i));
    const auto found = indexed.index.nearest(center, distance, 1000);
    ASSERT_FALSE(found.empty()) << "seed " << seed_;
    ASSERT_EQ(found.back().distance_m, distance) << "seed " << seed_;
  }
}

TEST(PlaceIndex, finds_at_radius_zero_only_what_is_there) {
  const Indexed indexed({{471410000, 95209000}, {471410001, 95209000}, {471410000, 95209000}});
  EXPECT_EQ(indexed.index.nearest({471410000, 95209000}, 0, 5), (std::vector<Nearest>{{0, 0}, {0, 1}}));
}

TEST(PlaceIndex, finds_nothing_for_a_limit_of_zero_or_a_radius_that_is_none) {
  const Indexed indexed({{0, 0}});
  EXPECT_EQ(indexed.index.nearest({0, 0}, 1000, 0), std::vector<Nearest>{});
  EXPECT_EQ(indexed.index.nearest({0, 0}, -1, 5), std::vector<Nearest>{});
  EXPECT_EQ(indexed.index.nearest({0, 0}, std::numeric_limits<double>::quiet_NaN(), 5), std::vector<Nearest>{});
  EXPECT_EQ(indexed.index.nearest({0, 0}, std::numeric_limits<double>::infinity(), 5), (std::vector<Nearest>{{0, 0}}));
}

TEST(PlaceIndex, finds_all_places_around_a_pole_whatever_their_longitudes) {
  const Indexed indexed({{899'990'000, 0}, {899'990'000, 1'200'000'000}, {899'990'000, -1'200'000'000}, {0, 0}});
  const auto found = indexed.index.nearest({900'000'000, 450'000'000}, 200, 10);
  ASSERT_EQ(found.size(), 3);
  for (const auto& place : found) EXPECT_NEAR(place.distance_m, 111.2, 0.1);
}

TEST(PlaceIndex, has_no_edge_at_the_antimeridian) {
  const Indexed indexed({{-166906000, -1798773000}, {-166906000, 0}});
  const auto found = indexed.index.nearest({-166906000, 1799500000}, 50'000, 10);
  ASSERT_EQ(found.size(), 1);
  EXPECT_NEAR(found[0].distance_m, 18'394, 1);
}

}  // namespace
}  // namespace herd::places
