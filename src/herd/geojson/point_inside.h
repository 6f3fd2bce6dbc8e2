#pragma once

#include <vector>

namespace herd::geojson {

/// Degrees: x is the longitude, y the latitude.
struct Degrees {
  double x = 0;
  double y = 0;

  friend bool operator==(const Degrees&, const Degrees&) = default;
};

/// A line; as a ring of a polygon its first point is also its last, or it is as if it were.
using DegreesLine = std::vector<Degrees>;
/// The outer ring, then the holes.
using DegreesPolygon = std::vector<DegreesLine>;

/// The point half way along a line, which must have one point at least. Like the functions below it takes the short way
/// around the Earth between two points, so lines may cross the antimeridian; the longitude is from -180 to 180.
Degrees middle_of_line(const DegreesLine& line);

/// A point inside of an area that need not be whole, but has an outer ring of one point at least: the centroid of its
/// largest polygon if that is inside; or else, on the parallel through it, the middle of the widest part that is
/// inside. Which way rings turn does not matter. An area without an inside gives a point of its outline.
Degrees point_inside(std::vector<DegreesPolygon> polygons);

}  // namespace herd::geojson
