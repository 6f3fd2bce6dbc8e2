#pragma once

#include <string_view>

#include "herd/base/result.h"
#include "herd/protocols/live_subscription.h"

namespace herd::live {

/// What a live feed's client wants to follow from now on, as JSON, in one of these ways:
///
///     {"near":[34.068930,-118.445127],"radius":500}
///     {"bbox":[-118.5,34,-118.4,34.1]}
///     {"clients":["phone-7","phone-8"]}
///
/// in degrees and metres; without a radius 1000. A client's id may be as answers tell it or its plain bytes: where
/// these are two ids, both are wanted. The error says what is wrong and what would be right.
Result<decltype(protocols::LiveSubscription::wanted)> parse_live_request(std::string_view json);

}  // namespace herd::live
