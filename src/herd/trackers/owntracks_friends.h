#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "herd/geo/location.h"
#include "herd/protocols/access.h"
#include "herd/protocols/herd.h"

namespace herd::trackers {

/// So many friends are told at most, and so many clients that one may read looked at to find them: those that are
/// nearest.
inline constexpr std::size_t owntracks_friends_max = 100;
inline constexpr std::size_t owntracks_friends_looked_at_max = 1000;

/// What an OwnTracks app wants to hear of the others: an array of locations, nearest to `center` first, of those whose
/// ids are of the form user/device, that `grant` may read, and that are not `client`.
std::string owntracks_friends(protocols::Herd& herd, const protocols::Grant& grant, std::string_view client,
                              geo::Location center);

}  // namespace herd::trackers
