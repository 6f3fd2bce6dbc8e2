#pragma once

#include <functional>
#include <istream>
#include <string_view>

#include "herd/base/result.h"
#include "herd/places/place.h"

namespace herd::places {

/// Parses one GeoJSON Feature whose geometry is a Point, with the properties that docs/place-file.md lists.
Result<Place> parse_geojson_place(std::string_view feature);

/// Reads GeoJSON text lines, one Feature a line, with or without the record separators of RFC 8142, and hands each
/// place to `on_place`. Empty lines are skipped. Ends at the first mistake, in the line or from `on_place`, with
/// "name:12: what is wrong". `name` stands for the input in messages.
Result<void> read_geojson_places(std::istream& in, std::string_view name,
                                 const std::function<Result<void>(const Place&)>& on_place);

}  // namespace herd::places
