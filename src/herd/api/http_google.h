#pragma once

#include <string_view>

#include "herd/http/http_exchange.h"

namespace herd::api {

/// A refusal as Google Places has it, with HTTP status 200. `status` is one of its words: INVALID_REQUEST.
http::HttpResponse google_refusal(std::string_view status, std::string_view message);

}  // namespace herd::api
