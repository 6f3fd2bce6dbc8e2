#pragma once

#include <string>
#include <string_view>

#include "herd/google/google_key.h"
#include "herd/places/provider.h"

namespace herd::google {

/// The farthest that a Nearby Search may look.
inline constexpr unsigned google_radius_m_max = 50'000;

/// What Google is asked for `query`: the target of a legacy Nearby Search without its key,
/// "/maps/api/place/nearbysearch/ json?location=34.06893,-118.445127&radius=10000". The location is exact; the radius
/// is in whole metres, rounded up, 1 to 50,000; type and keyword come where the query has them. Queries that differ
/// only in their limit, or in less than the metre, are one question, and one answer is enough for them.
std::string google_question(const places::NearbyQuery& query);

/// The question with the key behind it: a secret, for the connection alone.
std::string google_target(std::string_view question, const GoogleKey& key);

}  // namespace herd::google
