#pragma once

#include <boost/json/value.hpp>

#include "herd/base/result.h"
#include "herd/geo/location.h"

namespace herd::geojson {

/// Where the thing is that has this GeoJSON geometry: a Point where it says, the first of a MultiPoint, half way along
/// the (longest) line, inside of the (largest) polygon; see point_inside.h. Coordinates are degrees on Earth, longitude
/// first. A GeometryCollection is where its first geometry is.
Result<geo::Location> location_of(const boost::json::value& geometry);

/// Whether it is null or an object whose coordinates (of a collection, geometries) are an empty list: RFC 7946, 3.1.
bool is_empty(const boost::json::value& geometry);

/// Whether it is a Polygon or MultiPolygon.
bool is_area(const boost::json::value& geometry);

}  // namespace herd::geojson
