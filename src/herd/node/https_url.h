#pragma once

#include <string>
#include <string_view>

#include "herd/base/result.h"
#include "herd/node/endpoint.h"

namespace herd::node {

/// Where an HTTPS server is, and a path that goes before all that is asked of it.
struct HttpsUrl {
  Endpoint server;
  std::string path;  ///< "" or "/a/b", without a slash at its end

  friend bool operator==(const HttpsUrl&, const HttpsUrl&) = default;
};

/// Parses "https://HOST", "https://HOST:PORT/PATH" and the like; the port is 443 if none is named. The error says what
/// would be right. What has a user, a query or a fragment is refused: these would be lost, or told to others.
Result<HttpsUrl> parse_https_url(std::string_view text);

}  // namespace herd::node
