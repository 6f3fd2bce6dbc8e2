#include "herd/geojson/point_inside.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "gmock/gmock.h"

namespace herd::geojson {

// NOLINTNEXTLINE(readability-identifier-naming): the name that GoogleTest looks for
inline void PrintTo(const Degrees& point, std::ostream* out) {
  *out << "[" << point.x << ", " << point.y << "]";
}

namespace {

MATCHER_P2(is_at, x, y, "") {
  return std::abs(arg.x - x) < 1e-9 && std::abs(arg.y - y) < 1e-9;
}

const DegreesLine square = {{0, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0}};

DegreesLine moved(DegreesLine line, double x, double y = 0) {
  for (auto& point : line) point = {std::remainder(point.x + x, 360), point.y + y};
  return line;
}

DegreesLine turned(DegreesLine line) {
  std::ranges::reverse(line);
  return line;
}

TEST(PointInside, is_the_centroid_where_that_is_inside) {
  EXPECT_THAT(point_inside({{square}}), is_at(2, 2));
  EXPECT_THAT(point_inside({{turned(square)}}), is_at(2, 2));
  EXPECT_THAT(point_inside({{{{0, 0}, {3, 0}, {0, 3}, {0, 0}}}}), is_at(1, 1));
}

TEST(PointInside, is_the_middle_of_the_widest_part_beside_the_centroid) {
  // A U, 6 wide and 6 high, arms of 1 and 2: the centroid is in between.
  const DegreesLine u = {{0, 0}, {6, 0}, {6, 6}, {4, 6}, {4, 1}, {1, 1}, {1, 6}, {0, 6}, {0, 0}};
  const auto point = point_inside({{u}});
  EXPECT_NEAR(point.x, 5, 1e-9);
  EXPECT_GT(point.y, 1);
  EXPECT_THAT(point_inside({{turned(u)}}), is_at(point.x, point.y));
}

TEST(PointInside, is_not_in_a_hole) {
  const DegreesLine hole = {{1, 1}, {3, 1}, {3, 3}, {1, 3}, {1, 1}};
  for (const auto& ring : {hole, turned(hole)}) {
    const auto point = point_inside({{square, ring}});
    EXPECT_THAT(point, is_at(0.5, 2));
  }
  EXPECT_THAT(point_inside({{square, {{0.5, 0.5}, {3, 0.5}, {3, 3.5}, {0.5, 3.5}, {0.5, 0.5}}}}).x,
              testing::DoubleEq(3.5));
}

TEST(PointInside, is_the_same_if_rings_are_not_closed) {
  const auto opened = [](DegreesLine ring) {
    ring.pop_back();
    return ring;
  };
  EXPECT_THAT(point_inside({{opened(square)}}), is_at(2, 2));
  EXPECT_THAT(point_inside({{opened(moved(square, 177))}}), is_at(179, 2));
  const DegreesLine hole = {{1, 1}, {3, 1}, {3, 3}, {1, 3}, {1, 1}};
  EXPECT_THAT(point_inside({{opened(square), opened(hole)}}), is_at(0.5, 2));
  const DegreesLine small = {{10, 0}, {12, 0}, {12, 2}, {10, 2}, {10, 0}};
  EXPECT_THAT(point_inside({{small}, {opened(square)}}), is_at(2, 2));
}

TEST(PointInside, is_in_the_largest_of_several_polygons) {
  const DegreesLine small = {{10, 0}, {11, 0}, {11, 1}, {10, 1}, {10, 0}};
  EXPECT_THAT(point_inside({{small}, {square}, {moved(small, 5)}}), is_at(2, 2));
}

TEST(PointInside, is_where_it_should_be_at_the_antimeridian) {
  EXPECT_THAT(point_inside({{moved(square, 177)}}), is_at(179, 2));
  EXPECT_THAT(point_inside({{moved(square, 179)}}), is_at(-179, 2));
  const DegreesLine hole = {{1, 1}, {3.5, 1}, {3.5, 3}, {1, 3}, {1, 1}};
  EXPECT_THAT(point_inside({{moved(square, 176.5), moved(hole, 176.5)}}), is_at(177, point_inside({{square, hole}}).y));
  EXPECT_THAT(point_inside({{moved(square, 179.5), moved(hole, 179.5)}}), is_at(180, point_inside({{square, hole}}).y));
}

TEST(PointInside, is_on_the_outline_where_there_is_no_inside) {
  EXPECT_THAT(point_inside({{{{1, 2}}}}), is_at(1, 2));
  EXPECT_THAT(point_inside({{{{1, 2}, {1, 2}, {1, 2}, {1, 2}}}}), is_at(1, 2));
  EXPECT_THAT(point_inside({{{{0, 0}, {2, 0}, {0, 0}}}}).y, testing::DoubleEq(0));
}

TEST(PointInside, is_inside_of_any_star) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 2000; ++round) {
    // The rays of a star reach far or near, so most of its centroids are inside and some are not.
    const int corners = std::uniform_int_distribution(3, 12)(random);
    const double x = std::uniform_real_distribution(-180.0, 180.0)(random);
    DegreesLine star;
    for (int i = 0; i < corners; ++i) {
      const double angle = 6.283185307179586 * i / corners;
      const double ray = std::pow(10, std::uniform_real_distribution(-3.0, 1.0)(random));
      star.push_back({ray * std::cos(angle), ray * std::sin(angle)});
    }
    star.push_back(star[0]);
    auto point = point_inside({{moved(star, x, 40)}});
    point = {std::remainder(point.x - x, 360), point.y - 40};
    bool inside = false;
    for (std::size_t i = 1; i < star.size(); ++i) {
      const auto& a = star[i - 1];
      const auto& b = star[i];
      const bool crosses = (a.y > point.y) != (b.y > point.y);
      if (crosses && point.x < a.x + (point.y - a.y) / (b.y - a.y) * (b.x - a.x)) inside = !inside;
    }
    EXPECT_TRUE(inside) << "round " << round << ": " << testing::PrintToString(point);
  }
}

TEST(MiddleOfLine, is_half_way_along) {
  EXPECT_THAT(middle_of_line({{5, 6}}), is_at(5, 6));
  EXPECT_THAT(middle_of_line({{0, 0}, {4, 0}}), is_at(2, 0));
  EXPECT_THAT(middle_of_line({{0, 0}, {1, 0}, {1, 0}, {3, 0}}), is_at(1.5, 0));
  EXPECT_THAT(middle_of_line({{0, 59}, {0, 61}, {2, 61}}).y, testing::Lt(61)) << "degrees of longitude are short there";
}

TEST(MiddleOfLine, takes_the_short_way_over_the_antimeridian) {
  EXPECT_THAT(middle_of_line({{179, 0}, {-177, 0}}), is_at(-179, 0));
  EXPECT_THAT(middle_of_line({{-177, 0}, {179, 0}}), is_at(-179, 0));
}

}  // namespace
}  // namespace herd::geojson
