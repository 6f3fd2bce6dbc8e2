#pragma once

#include <string_view>
#include <vector>

#include "herd/api/http_endpoint.h"

namespace herd::api {

/// All that is at the HTTP port's own paths.
const std::vector<Endpoint>& http_endpoints();

/// More clients are not told at once.
inline constexpr double clients_listed_max = 1000;
/// Half the way around the Earth and a little.
inline constexpr double clients_radius_m_max = 20'100'000;
inline constexpr double places_radius_m_max = 50'000;
inline constexpr double places_listed_max = 20;
inline constexpr std::size_t reports_bytes_max = std::size_t{64} << 20U;
inline constexpr std::size_t report_bytes_max = std::size_t{16} << 10U;
/// What requests that need no body may have as one; it is passed over.
inline constexpr std::size_t ignored_body_bytes_max = std::size_t{16} << 10U;

}  // namespace herd::api
