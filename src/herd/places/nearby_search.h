#pragma once

#include <span>
#include <string>
#include <string_view>

#include "herd/places/place.h"

namespace herd::places {

/// A response in the shape of Google's legacy Nearby Search with these results, in their order: one result a line, no
/// empty lines, no newline at the end. It holds only what is known: no ratings, photos or prices; opening hours if they
/// can be told as a week's periods, and open_now only where that needs no clock. `info_message`, if there is one, is
/// for whoever reads the answer: info_messages.
std::string nearby_search_json(std::span<const PlaceView> results, std::string_view info_message = {});

}  // namespace herd::places
