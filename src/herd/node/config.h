#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "herd/base/result.h"
#include "herd/node/client_tls_config.h"
#include "herd/node/endpoint.h"
#include "herd/node/google_config.h"
#include "herd/node/mqtt_config.h"

namespace herd::node {

struct ServerConfig {
  std::string id;
  Endpoint line;  ///< the line protocol's port
  Endpoint peer;  ///< for neighbours only
  std::optional<Endpoint> http;
  std::optional<Endpoint> trackers = std::nullopt;  ///< a second HTTP port, for trackers that are set to 5055
  std::vector<std::string>
      talks_with;  ///< ids of neighbours, sorted, complete: links named on either side count for both
};

enum class TrafficLogging { off, limited, all };

/// What [limits] says of those who ask too often; all that is none is no limit.
struct RateLimitConfig {
  std::optional<double> reports_per_client;          ///< a second
  double reports_per_client_burst = 1000;            ///< at once: a phone that was out of reach sends that many
  std::optional<double> requests_per_address;        ///< a second
  std::optional<double> requests_per_address_burst;  ///< none: those of 10 seconds
};

/// A whole herd, as herd.toml describes it. Every server of the herd reads the same file.
struct Config {
  std::string herd;                      ///< [herd] name
  std::filesystem::path data;            ///< [herd] data: each server keeps its files in data/<id>/
  std::optional<std::uint64_t> threads;  ///< [herd] threads: each server's event loops; none: see threads_of()
  std::vector<ServerConfig> servers;
  std::optional<std::filesystem::path> peer_certificates;  ///< [tls] peers: the folder; none: peer ports are plain
  ClientTlsConfig client_tls;                              ///< [tls] clients, clients_on, line_clients_ca
  std::optional<std::filesystem::path> tokens;             ///< [auth] tokens; none: everybody may do everything
  bool is_open = false;                                    ///< [auth] open: see docs/access.md
  std::vector<std::filesystem::path> place_files;          ///< [places] files, besides those that ship
  std::optional<MqttConfig> mqtt;                          ///< [mqtt]; none: no broker is heard
  GoogleConfig google;                                     ///< [places] google_*
  std::vector<std::string> cors_origins;                   ///< [http] cors_origins: docs/http.md
  bool owntracks_friends = false;                          ///< [trackers] owntracks_friends: docs/apps/owntracks.md
  TrafficLogging traffic = TrafficLogging::limited;        ///< [log] traffic
  std::uint64_t clients_max = 50'000'000;                  ///< [limits] clients_max
  std::size_t line_bytes_max = 64 * 1024;                  ///< [limits] line_bytes_max
  RateLimitConfig rates;                                   ///< [limits] *_per_client, *_per_address
  std::vector<std::string> warnings;  ///< what is accepted but deserves a word, each naming file and line

  /// None if no server has this id.
  const ServerConfig* find(std::string_view id) const;

  /// How many event loops the server runs on a machine of `cpus`: `threads`, or its share of the CPUs, which it divides
  /// with the servers whose line ports are on the same host (all loopback hosts are one), but at least one.
  std::size_t threads_of(const ServerConfig& server, std::size_t cpus) const;
};

/// Whether a port off loopback that nothing secures (a plain peer port, clients' ports without tokens) is a mistake, or
/// left to be secured by the caller.
enum class PlainPeers { on_loopback_only, anywhere };

/// Reads and checks a herd.toml; files that it names are not looked at. Relative paths in it are taken relative to the
/// file. The error has a line for each mistake: "herd.toml:12: talks_with names "Rily", which is no server of this
/// herd; did you mean "Riley"?"
Result<Config> load_config(const std::filesystem::path& file, PlainPeers plain_peers = PlainPeers::on_loopback_only);

/// The same from text; `file` is used for messages and relative paths only.
Result<Config> parse_config(std::string_view text, const std::filesystem::path& file,
                            PlainPeers plain_peers = PlainPeers::on_loopback_only);

}  // namespace herd::node
