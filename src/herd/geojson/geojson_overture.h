#pragma once

#include <boost/json/object.hpp>

#include "herd/geojson/geojson_place.h"

namespace herd::geojson {

/// Whether a feature is one of Overture's theme "places" (docs.overturemaps.org/schema/reference/places/place): its
/// names are an object.
bool is_overture_feature(const boost::json::object& properties);

/// The place that such a feature is.
Result<GeojsonPlace> overture_place(const boost::json::object& feature, const boost::json::object& properties,
                                    const boost::json::value& geometry, const GeojsonOptions& options);

}  // namespace herd::geojson
