#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "herd/base/time.h"
#include "herd/flood/link.h"
#include "herd/net/event_loop.h"
#include "herd/net/log_file.h"

namespace herd::net {

class PeerTls;

/// A kept connection to one neighbour: dialled by the smaller id of the two, accepted by the other, reopened whenever
/// it is gone. What is said on it is flood::Link's business.
class NeighborLink {
 public:
  struct Options {
    std::string host;  ///< of the neighbour's peer port
    std::uint16_t port = 0;
    bool dials = false;            ///< the smaller id dials
    bool loopback = false;         ///< both ends are on this machine: short timeouts, short backoff
    const PeerTls* tls = nullptr;  ///< null: plain. Outlives the link, and may be assigned to
  };

  enum class State { down, connecting, up };

  struct Status {
    State state = State::down;
    Time since = 0;      ///< steady clock
    std::string reason;  ///< why it is not up
  };

  /// Begins in loop.run(). `on_accepted` is called when the neighbour taught us something; `link` and the rest must
  /// outlive this. `seed` spreads the redials.
  NeighborLink(EventLoop& loop, const Options& options, flood::Link& link, LogFile& log,
               std::function<void()> on_accepted, std::uint64_t seed);
  ~NeighborLink();

  /// There may be something to send. From any thread; costs next to nothing while an earlier call is not heard yet.
  void wake();

  /// Drops the connection and opens no other.
  void close(std::string_view reason);

  const flood::Link& link() const;
  Status status() const;

  struct Connection;  // the accepting side's way in: see neighbor_connection.h
  Connection& connection();

 private:
  std::unique_ptr<Connection> connection_;
};

}  // namespace herd::net
