#include "herd/trackers/owntracks_friends.h"

#include <numbers>

#include "herd/trackers/owntracks.h"

namespace herd::trackers {
namespace {

/// Friends may be anywhere: half of the Earth's circumference, and a bit for rounding.
constexpr double anywhere_m = std::numbers::pi * geo::earth_radius_m + 1;

}  // namespace

std::string owntracks_friends(protocols::Herd& herd, const protocols::Grant& grant, std::string_view client,
                              geo::Location center) {
  std::string out = "[";
  std::size_t friends = 0;
  const auto nearest = herd.near(center, anywhere_m, owntracks_friends_looked_at_max, grant);
  for (const auto& sighting : nearest.clients) {
    const auto other = sighting.record().client;
    const auto name = owntracks_name(other);
    if (!name || other == client) continue;
    if (friends++ > 0) out += ',';
    append_owntracks_location(out, *name, sighting);
    if (friends == owntracks_friends_max) break;
  }
  return out + ']';
}

}  // namespace herd::trackers
