#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "herd/base/result.h"
#include "herd/base/time.h"
#include "herd/net/server_trust.h"

namespace herd::net {

struct HttpTarget {
  std::string host;
  std::uint16_t port = 0;
  std::string path;        ///< "/v1/status"
  std::string token = {};  ///< sent as a bearer token, to a server that is to be trusted if it speaks TLS; empty: none
  std::optional<ServerTrust> trust = std::nullopt;  ///< to speak TLS with; none: the port is plain
};

struct HttpAnswer {
  int status = 0;
  std::string body;
};

/// Why there is no answer.
struct HttpFailure : Error {
  bool is_there = false;  ///< somebody took the connection, but TLS with them failed: they may not be trusted
};

using HttpResult = boost::system::result<HttpAnswer, HttpFailure>;

/// GETs all the targets at once and returns when each has answered or `timeout` has passed. The answers stand in the
/// order of the targets; the errors say why there is none, such as "Connection refused", and what to do about a server
/// that is not trusted. A body above 1 MiB is an error.
std::vector<HttpResult> http_get_all(const std::vector<HttpTarget>& targets, Duration timeout);

}  // namespace herd::net
