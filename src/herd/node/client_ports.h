#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "herd/http/http_exchange.h"
#include "herd/net/event_loops.h"
#include "herd/net/http_server.h"
#include "herd/net/line_server.h"
#include "herd/net/log_file.h"
#include "herd/node/config.h"
#include "herd/places/provider.h"
#include "herd/protocols/access.h"
#include "herd/protocols/herd.h"

namespace herd::node {

/// Where a server's clients come in: its line and HTTP ports, plain or TLS. What is not said to be for any thread is
/// for the main loop.
class ClientPorts {
 public:
  /// What is behind the ports. All of it must outlive them.
  struct Services {
    protocols::Herd& herd;
    places::Provider& places;
    http::HttpService& http;
    protocols::Access& access;
    net::LogFile& log;
    std::function<void()> on_turn_end;    ///< by the threads of the loops, after each round of turns
    net::LiveLoop::Feed* feed = nullptr;  ///< null: no live feeds
  };

  /// Listens at once. `connections_max` is for all ports together. Throws std::runtime_error if it cannot listen, or if
  /// the certificates will not do.
  ClientPorts(net::EventLoops& loops, const Config& config, const ServerConfig& self, std::size_t connections_max,
              const Services& services);

  /// "line 127.0.0.1:12000"
  std::string line_text() const { return "line " + line_.port().addresses().front(); }
  /// ", http 127.0.0.1:14000, trackers 127.0.0.1:5055"; empty without HTTP.
  std::string http_text() const;

  /// Of the line protocol, of each loop.
  std::vector<std::size_t> line_connections() const { return line_.port().connections(); }
  std::vector<std::size_t> http_connections() const;
  std::uint64_t connections_refused() const;
  std::uint64_t connections_given_up() const;
  /// Null without HTTP; any thread may read.
  const net::HttpCounters* http_counters() const { return http_ ? &http_->counters() : nullptr; }

  /// Takes the certificates as they are now for connections to come, and tells the log; those before stay in use if the
  /// new ones will not do.
  void read_certificates_again();
  /// Tells the log if the certificate expires soon.
  void warn_of_expiry();

  /// The server is stopping: closes the line port, and lets requests of the HTTP port come to their end; see
  /// net::ClientPort. To be called again and again.
  void drain();
  bool are_drained() const { return !http_ || http_->port().is_drained(); }

  /// Stops listening and closes all connections; they end in loops.run().
  void close();
  /// Nobody is connected.
  bool are_empty() const;

 private:
  net::LineServer::Options line_options(std::size_t connections_max, const Services& services);
  net::HttpServer::Options http_options(std::size_t connections_max, const Services& services);
  static std::size_t sum(const std::vector<std::size_t>& counts);
  void tell_certificate();
  void warn(const std::string& text);

  const ServerConfig& self_;
  const std::size_t line_bytes_max_;
  const bool is_rated_;
  const ClientTlsConfig tls_config_;
  ClientTlsConfig::Read tls_;
  net::LogFile& log_;
  std::atomic<Time> warned_in_ = 0;  // second, steady clock
  std::atomic<unsigned> warnings_ = 0;
  net::LineServer line_;
  std::unique_ptr<net::HttpServer> http_;
};

}  // namespace herd::node
