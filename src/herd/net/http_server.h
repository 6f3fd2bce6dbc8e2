#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "herd/base/traffic_log.h"
#include "herd/http/http_exchange.h"
#include "herd/net/client_port.h"
#include "herd/net/http_counters.h"
#include "herd/net/live_loop.h"

namespace herd::net {

/// The HTTP/1.1 ports. What a path means is the service's business; what is here is who may connect, what may be said
/// in which time, and in what order it is answered. Listens on the main loop, and gives each connection to the loop
/// that has fewest; if it becomes a live feed, it goes on to the loop in the background.
class HttpServer {
 public:
  struct Options {
    std::vector<ClientPort::Address> addresses;
    std::size_t connections_max = 0;  ///< more are closed at once: neighbours and files need descriptors too
    std::size_t connections_own = 0;  ///< so many more, whoever else has connections
    std::function<std::size_t()> connections_elsewhere = nullptr;  ///< that count too; on the main loop
    ClientSessions::Limits limits = {};
    std::size_t body_bytes_per_s_min = 1024;  ///< averaged over limits.body
    std::optional<ClientTls> tls = std::nullopt;
    LiveLoop::Feed* feed = nullptr;          ///< on the loop in the background; null: there are no live feeds
    Duration feed_tick_every = millisecond;  ///< while it has subscribers
    /// Where misunderstandings are logged, from the threads of the loops; not more than some a second.
    std::function<void(const std::string& text)> warn = [](const std::string&) {};
  };

  /// Listens at once; serves in loops.run(). All arguments and the feed must outlive it, and the loops also whatever
  /// may still finish a HttpLater. `on_turn_end` is called by the threads of the loops, after each round of turns.
  /// Throws std::runtime_error if it cannot listen.
  HttpServer(EventLoops& loops, const Options& options, http::HttpService& service, TrafficLog& log,
             const std::function<void()>& on_turn_end);
  ~HttpServer();

  ClientPort& port() const;
  const HttpCounters& counters() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace herd::net
