#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "herd/base/result.h"
#include "herd/net/client_socket.h"
#include "herd/net/server_trust.h"

namespace herd::load {

/// The line port of a server, and what to call it in messages.
struct LoadTarget {
  std::string name;
  std::string host;
  std::uint16_t port = 0;
  std::optional<net::ServerTrust> trust = std::nullopt;  ///< to speak TLS with; none: the port is plain

  /// Connects, for 5 s at most, and for 5 s more shakes hands. The error names the target, the reason and, where nobody
  /// listens, this `hint`.
  Result<net::ClientSocket> connect(std::string_view hint = "; is it running?") const;

  /// The same; the error is the reason alone.
  Result<net::ClientSocket> reach() const;
};

}  // namespace herd::load
