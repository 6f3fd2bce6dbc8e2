#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "herd/base/result.h"

namespace herd::node {

/// An address to listen on or to connect to. IPv6 addresses are written in brackets: "[::1]:12000".
struct Endpoint {
  std::string host;
  std::uint16_t port = 0;  ///< 0: any free one, announced at start

  std::string text() const;  ///< "127.0.0.1:12000"
  bool is_loopback() const;  ///< localhost, 127.0.0.0/8 or ::1

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// Parses "HOST:PORT"; the error says what would be right.
Result<Endpoint> parse_endpoint(std::string_view text);

}  // namespace herd::node
