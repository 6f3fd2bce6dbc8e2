#include "herd/geojson/point_inside.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <span>

namespace herd::geojson {
namespace {

constexpr double full_circle = 360;

/// The short way from one longitude to another, eastward if positive.
double longitude_difference(double from, double to) {
  return std::remainder(to - from, full_circle);
}

Degrees on_earth(Degrees point) {
  return {std::remainder(point.x, full_circle), point.y};
}

/// `line` with longitudes that go on beyond 180 where it crosses the antimeridian, relative to `origin`: close to zero
/// products of them keep their digits.
DegreesLine unrolled(const DegreesLine& line, Degrees origin) {
  DegreesLine out;
  out.reserve(line.size());
  double longitude = origin.x;
  double x = 0;
  for (const auto& point : line) {
    x += longitude_difference(longitude, point.x);
    longitude = point.x;
    out.push_back({x, point.y - origin.y});
  }
  return out;
}

/// Twice the area of a ring, and six times its moments, all with the sign of the way it turns.
struct Moments {
  double area = 0;
  Degrees first;
};

Moments moments(const DegreesLine& ring) {
  Moments sum;
  for (std::size_t i = 1; i < ring.size(); ++i) {
    const auto& a = ring[i - 1];
    const auto& b = ring[i];
    const double cross = a.x * b.y - b.x * a.y;
    sum.area += cross;
    sum.first.x += (a.x + b.x) * cross;
    sum.first.y += (a.y + b.y) * cross;
  }
  return sum;
}

double outer_area(const DegreesPolygon& polygon) {
  return polygon.empty() || polygon[0].empty() ? -1 : std::abs(moments(unrolled(polygon[0], polygon[0][0])).area);
}

/// The rings of a polygon around its first point; holes are put to where the outer ring is.
std::vector<DegreesLine> unrolled(const DegreesPolygon& polygon) {
  std::vector<DegreesLine> rings;
  for (const auto& ring : polygon) {
    if (!ring.empty()) rings.push_back(unrolled(ring, polygon[0][0]));
  }
  const auto [west, east] = std::ranges::minmax_element(rings[0], {}, &Degrees::x);
  const double middle = (west->x + east->x) / 2;
  for (auto& hole : std::span(rings).subspan(1)) {
    const double turns = std::round((middle - hole[0].x) / full_circle) * full_circle;
    for (auto& point : hole) point.x += turns;
  }
  return rings;
}

/// Where the rings cross the parallel `y`, from west to east: the inside is between the first and the second, the third
/// and the fourth, and so on.
std::vector<double> crossings(const std::vector<DegreesLine>& rings, double y) {
  std::vector<double> out;
  for (const auto& ring : rings) {
    for (std::size_t i = 1; i < ring.size(); ++i) {
      const auto& a = ring[i - 1];
      const auto& b = ring[i];
      if ((a.y > y) != (b.y > y)) out.push_back(a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x));
    }
  }
  std::ranges::sort(out);
  return out;
}

}  // namespace

Degrees middle_of_line(const DegreesLine& line) {
  assert(!line.empty());
  const auto points = unrolled(line, line[0]);
  const auto length = [&](std::size_t i) {  // of the part that ends with point i
    const auto& a = points[i - 1];
    const auto& b = points[i];
    const double latitude = line[0].y + (a.y + b.y) / 2;
    return std::hypot((b.x - a.x) * std::cos(latitude * std::numbers::pi / 180), b.y - a.y);
  };
  double left = 0;
  for (std::size_t i = 1; i < points.size(); ++i) left += length(i) / 2;
  for (std::size_t i = 1; i < points.size(); ++i) {
    const double part = length(i);
    if (part >= left && part > 0) {
      const auto& a = points[i - 1];
      const auto& b = points[i];
      const double t = left / part;
      return on_earth({line[0].x + a.x + t * (b.x - a.x), line[0].y + a.y + t * (b.y - a.y)});
    }
    left -= part;
  }
  return on_earth(line.back());
}

Degrees point_inside(std::vector<DegreesPolygon> polygons) {
  for (auto& polygon : polygons) {
    for (auto& ring : polygon) {
      if (!ring.empty() && ring.front() != ring.back()) ring.push_back(ring.front());
    }
  }
  const auto largest = std::ranges::max_element(polygons, {}, outer_area);
  assert(largest != polygons.end() && !largest->empty() && !(*largest)[0].empty());
  const Degrees origin = (*largest)[0][0];
  const auto rings = unrolled(*largest);

  Moments sum;
  for (const auto& ring : rings) {
    const auto of_ring = moments(ring);
    const double sign = (of_ring.area < 0 ? -1.0 : 1.0) * (&ring == rings.data() ? 1.0 : -1.0);
    sum.area += sign * of_ring.area;
    sum.first.x += sign * of_ring.first.x;
    sum.first.y += sign * of_ring.first.y;
  }
  if (!(sum.area > 0)) return middle_of_line((*largest)[0]);
  const Degrees centroid{sum.first.x / sum.area / 3, sum.first.y / sum.area / 3};

  const auto cuts = crossings(rings, centroid.y);
  double widest = 0;
  double x = 0;
  for (std::size_t i = 1; i < cuts.size(); i += 2) {
    if (cuts[i - 1] <= centroid.x && centroid.x <= cuts[i]) {
      x = centroid.x;
      break;
    }
    if (cuts[i] - cuts[i - 1] > widest) {
      widest = cuts[i] - cuts[i - 1];
      x = (cuts[i] + cuts[i - 1]) / 2;
    }
  }
  if (cuts.empty()) return middle_of_line((*largest)[0]);
  return on_earth({origin.x + x, origin.y + centroid.y});
}

}  // namespace herd::geojson
