#pragma once

#include <string>

#include "herd/geo/location.h"

namespace herd::places {

/// Appends the full Open Location Code ("plus code") of ten digits, "849VCWC8+R9": the cell of 1/8000 degree, about
/// 14 m, that `location` lies in. Exact: integers only. Latitudes beyond a pole count as the pole's, longitudes wrap.
void append_open_location_code(std::string& out, geo::Location location);

}  // namespace herd::places
