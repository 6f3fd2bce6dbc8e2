#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "herd/flood/link.h"
#include "herd/net/event_loop.h"
#include "herd/net/log_file.h"
#include "herd/net/neighbor_link.h"
#include "herd/net/peer_tls.h"

namespace herd::net {

/// The port for neighbours. Whoever connects must say a valid hello at once, bearing the name of a neighbour that is
/// to dial us and, under TLS, proved by a certificate; everybody else is refused, logged and counted, and touches
/// nothing.
class PeerListener {
 public:
  /// Connections that have not become a link yet. One more crowds out the oldest: a neighbour needs some milliseconds,
  /// so it gets through a crowd that stays, and through one that comes and goes unless it fills the port in that time.
  static constexpr std::size_t strangers_max = 64;
  /// Of refusals, so many a second are logged.
  static constexpr unsigned refusals_logged_max = 20;

  /// Listens at once; serves in loop.run(). Throws std::runtime_error if it cannot listen. All that is given must
  /// outlive it; `neighbors` are those that dial us; `tls` is null for a plain port, and may be assigned to.
  PeerListener(EventLoop& loop, const std::string& host, std::uint16_t port, const flood::Identity& self,
               std::vector<NeighborLink*> neighbors, const PeerTls* tls, Duration hello_max, LogFile& log);
  ~PeerListener();

  std::string address() const;
  std::uint64_t refusals() const;
  void close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace herd::net
