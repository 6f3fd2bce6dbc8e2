#pragma once

#include <span>
#include <string>
#include <string_view>

#include "herd/places/place.h"

namespace herd::places {

/// Appends `text` as a JSON string. Bytes that are no UTF-8 become U+FFFD, so the result is valid UTF-8 always.
void append_json_string(std::string& out, std::string_view text);

/// A response in the shape of Google's legacy Nearby Search with these results, in their order: one result a line, no
/// empty lines, no newline at the end. It holds only what is known: no ratings, photos, prices or business status.
std::string nearby_search_json(std::span<const PlaceView> results);

}  // namespace herd::places
