#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "herd/places/offline_places.h"

namespace herd::app {

/// What was found as a table for people: distance, name, types (without the two that every point of interest has) and
/// vicinity in columns, then whose data it is. Control characters are replaced, so that no name can play with the
/// terminal. Headings are bold where `coloured`.
std::string places_table(std::span<const places::FoundPlace> found, bool coloured);

/// The HTML that names a source as one line of plain text.
std::string attribution_text(std::string_view html);

}  // namespace herd::app
