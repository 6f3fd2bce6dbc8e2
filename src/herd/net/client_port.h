#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "herd/net/client_sessions.h"
#include "herd/net/client_tls.h"
#include "herd/net/event_loops.h"

namespace herd::net {

/// Where clients of one protocol come in: listens on the main loop, on several addresses perhaps, and gives each
/// connection to the loop that has fewest.
class ClientPort {
 public:
  struct Address {
    std::string host;
    std::uint16_t port = 0;  ///< 0: any free one
    bool is_plain = false;   ///< no TLS here, whatever the others speak
  };
  struct Options {
    std::string purpose;  ///< for messages: "line protocol"
    std::vector<Address> addresses;
    std::size_t connections_max = 0;  ///< more are closed at once: neighbours and files need descriptors too
    std::size_t connections_own = 0;  ///< so many more, whoever else has connections
    std::optional<ClientTls> tls = std::nullopt;
    /// Connections of others that count too; null: none. On the main loop.
    std::function<std::size_t()> connections_elsewhere = nullptr;
  };

  /// Serves each loop's connections, in the order of the loops; behind these, those that others of them hand over.
  using Loops = std::vector<std::unique_ptr<ClientSessions>>;

  /// Listens at once; accepts in loops.run(). `loops` must outlive it. Throws std::runtime_error if it cannot listen.
  ClientPort(EventLoops& loops, const Options& options, Loops sessions);
  ~ClientPort();

  /// Where it listens, with the ports really bound.
  std::vector<std::string> addresses() const;
  /// How many each has, that of the main loop first.
  std::vector<std::size_t> connections() const;
  std::uint64_t connections_refused() const;
  /// Closed since their clients did not read; see ClientSessions::Limits::unsent_bytes.
  std::uint64_t connections_given_up() const;

  /// For connections from now on. On the main loop.
  void set_tls(ClientTls tls);

  /// The server is stopping: requests that have begun are answered, connections with nothing under way are closed, and
  /// live feeds end. It listens on: whoever asks whether the server is ready shall hear that it is not. To be called
  /// again and again, until is_drained() or whoever stops loses patience; close() comes then.
  void drain();
  /// Nothing was under way when drain() looked last.
  bool is_drained() const;

  /// Stops listening and closes all connections; they end in loops.run().
  void close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace herd::net
