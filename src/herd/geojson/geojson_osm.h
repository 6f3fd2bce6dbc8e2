#pragma once

#include <boost/json/object.hpp>

#include "herd/geojson/geojson_place.h"

namespace herd::geojson {

/// Whether a feature is an OpenStreetMap object with its tags among its properties: by its id as Overpass ("node/123")
/// or osmium ("n123", "@id") writes it, or by tags of our table (osm_tags.h). One that has a place_id, types, vicinity
/// or business_status is someone's own, and so is one without such an id that has an attribution, which is also a tag.
bool is_osm_feature(const boost::json::object& feature, const boost::json::object& properties);

/// The place that such a feature is: "osm:n123". An area's number of osmium's becomes its way's or relation's.
Result<GeojsonPlace> osm_place(const boost::json::object& feature, const boost::json::object& properties,
                               const boost::json::value& geometry, std::string_view file,
                               const GeojsonOptions& options);

}  // namespace herd::geojson
