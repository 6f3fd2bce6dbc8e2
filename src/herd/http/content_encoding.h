#pragma once

#include <optional>

#include "herd/http/http_exchange.h"

namespace herd::http {

/// The answer to a request whose body comes compressed or in any other content coding (RFC 9110 section 8.4): none is
/// understood here, so it is 415, names the coding, and says in Accept-Encoding what is (section 12.5.3). None if the
/// body comes as it is.
std::optional<HttpResponse> refuse_encoded_body(const HttpHead& head);

}  // namespace herd::http
