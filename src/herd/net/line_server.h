#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "herd/base/traffic_log.h"
#include "herd/net/event_loop.h"
#include "herd/places/provider.h"
#include "herd/protocols/herd.h"

namespace herd::net {

/// The line protocol's port and the conversations on it.
///
/// One turn = one read, every whole line in it, one write. All connections share one read buffer and one reply
/// buffer; a connection keeps bytes of its own only while a line is incomplete or its client does not read.
class LineServer {
 public:
  struct Options {
    std::string host;
    std::uint16_t port = 0;  ///< 0: any free one
    std::size_t line_bytes_max = 0;
    std::size_t connections_max = 0;  ///< more are closed at once: neighbours and files need descriptors too
  };

  /// Listens at once; serves in loop.run(). All arguments must outlive it. `on_turn_end` is called after each turn,
  /// once however many lines it had. Throws std::runtime_error if it cannot listen.
  LineServer(EventLoop& loop, const Options& options, protocols::Herd& herd, const places::Provider& places,
             TrafficLog& log, std::function<void()> on_turn_end);
  ~LineServer();

  std::string address() const;
  std::size_t connections() const;
  std::uint64_t connections_refused() const;

  /// Stops listening and closes all connections; they end in loop.run().
  void close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace herd::net
