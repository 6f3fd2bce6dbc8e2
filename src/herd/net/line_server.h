#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "herd/base/traffic_log.h"
#include "herd/net/client_port.h"
#include "herd/net/client_tls.h"
#include "herd/net/event_loops.h"
#include "herd/places/provider.h"
#include "herd/protocols/access.h"
#include "herd/protocols/herd.h"

namespace herd::net {

/// The line protocol's port. Listens on the main loop, and gives each connection to the loop that has fewest.
class LineServer {
 public:
  struct Options {
    std::string host;
    std::uint16_t port = 0;  ///< 0: any free one
    std::size_t line_bytes_max = 0;
    std::size_t connections_max = 0;  ///< more are closed at once: neighbours and files need descriptors too
    std::function<std::size_t()> connections_elsewhere = nullptr;  ///< that count too; on the main loop
    std::optional<ClientTls> tls = std::nullopt;
    /// Asked by certificate what each client may do; null: everything.
    protocols::Access* access = nullptr;
    /// Told of every command, as a request of its client's address; null: there is no limit.
    protocols::Access* rates = nullptr;
    /// Where misunderstandings are logged, from the threads of the loops; not more than some a second.
    std::function<void(const std::string& text)> warn = [](const std::string&) {};
  };

  /// Listens at once; serves in loops.run(). All arguments must outlive it, and the loops also the places, which may
  /// answer when it is gone. `on_turn_end` is called by the threads of the loops, after each round of turns, once
  /// however many lines it had. Throws std::runtime_error if it cannot listen.
  LineServer(EventLoops& loops, const Options& options, protocols::Herd& herd, places::Provider& places,
             TrafficLog& log, const std::function<void()>& on_turn_end);
  ~LineServer();

  ClientPort& port() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace herd::net
