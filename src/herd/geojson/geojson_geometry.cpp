#include "herd/geojson/geojson_geometry.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "herd/geojson/point_inside.h"

namespace herd::geojson {
namespace {

namespace json = boost::json;

constexpr double e7 = 1e7;

std::string_view type_of(const json::value& geometry) {
  const auto* object = geometry.if_object();
  const auto* type = object == nullptr ? nullptr : object->if_contains("type");
  return type == nullptr || !type->is_string() ? std::string_view() : std::string_view(type->get_string());
}

/// Of latitudes and longitudes; false if `value` is none.
bool read_degrees(const json::value& value, double degrees_max, double& out) {
  if (const auto* number = value.if_double()) {
    out = *number;
  } else if (value.is_number()) {
    out = value.to_number<double>();
  } else {
    return false;
  }
  return std::abs(out) <= degrees_max;
}

bool read(const json::value& value, Degrees& point) {
  const auto* numbers = value.if_array();
  return numbers != nullptr && numbers->size() >= 2 && read_degrees((*numbers)[0], 180, point.x) &&
         read_degrees((*numbers)[1], 90, point.y);
}

/// Reads lists, lists of lists and so on, which must not be empty.
template <class T>
bool read(const json::value& value, std::vector<T>& list) {
  const auto* array = value.if_array();
  if (array == nullptr || array->empty()) return false;
  list.resize(array->size());
  return std::ranges::equal(*array, list, [](const json::value& from, T& to) { return read(from, to); });
}

template <class T>
bool parse(const json::value& geometry, T& out) {
  const auto* coordinates = geometry.get_object().if_contains("coordinates");
  return coordinates != nullptr && read(*coordinates, out);
}

double degrees_around(const DegreesLine& line) {
  double sum = 0;
  for (std::size_t i = 1; i < line.size(); ++i) sum += std::hypot(line[i].x - line[i - 1].x, line[i].y - line[i - 1].y);
  return sum;
}

/// False if the coordinates are wrong.
bool find_point(std::string_view type, const json::value& geometry, Degrees& point) {
  DegreesLine points;
  DegreesPolygon lines;
  std::vector<DegreesPolygon> polygons(1);
  if (type == "Point") return parse(geometry, point);
  if (type == "MultiPoint") {
    if (!parse(geometry, points)) return false;
    point = points[0];
    return true;
  }
  if (type == "LineString") {
    if (!parse(geometry, points)) return false;
    point = middle_of_line(points);
    return true;
  }
  if (type == "MultiLineString") {
    if (!parse(geometry, lines)) return false;
    point = middle_of_line(*std::ranges::max_element(lines, {}, degrees_around));
    return true;
  }
  if (!(type == "Polygon" ? parse(geometry, polygons[0]) : parse(geometry, polygons))) return false;
  point = point_inside(std::move(polygons));
  return true;
}

}  // namespace

bool is_empty(const json::value& geometry) {
  const auto* object = geometry.if_object();
  if (object == nullptr) return geometry.is_null();
  const auto* list = object->if_contains(type_of(geometry) == "GeometryCollection" ? "geometries" : "coordinates");
  return list != nullptr && list->is_array() && list->get_array().empty();
}

bool is_area(const json::value& geometry) {
  const auto type = type_of(geometry);
  return type == "Polygon" || type == "MultiPolygon";
}

// NOLINTNEXTLINE(misc-no-recursion): once, for a collection has no collections in it
Result<geo::Location> location_of(const json::value& geometry) {
  const auto type = type_of(geometry);
  if (type == "GeometryCollection") {
    const auto* geometries = geometry.get_object().if_contains("geometries");
    const auto* list = geometries == nullptr ? nullptr : geometries->if_array();
    if (list != nullptr && !list->empty() && type_of((*list)[0]) != type) return location_of((*list)[0]);
    return Error{"geometry.geometries must be a list of other geometries"};
  }
  constexpr std::string_view types[] = {"Point",           "MultiPoint", "LineString",
                                        "MultiLineString", "Polygon",    "MultiPolygon"};
  if (std::ranges::find(types, type) == std::end(types)) {
    return Error{"geometry must be one of GeoJSON's, such as a Point or a Polygon"};
  }
  Degrees point;
  if (!find_point(type, geometry, point)) {
    return Error{type == "Point" ? "geometry.coordinates must be [longitude, latitude] in degrees"
                                 : "geometry.coordinates must be those of a " + std::string(type) +
                                       ", each point [longitude, latitude] in degrees"};
  }
  return geo::Location{static_cast<std::int32_t>(std::lround(std::clamp(point.y, -90.0, 90.0) * e7)),
                       static_cast<std::int32_t>(std::lround(point.x * e7))};
}

}  // namespace herd::geojson
