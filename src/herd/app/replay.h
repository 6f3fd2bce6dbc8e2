#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "herd/app/gpx.h"
#include "herd/app/report_connection.h"
#include "herd/base/time.h"
#include "herd/node/endpoint.h"

namespace herd::app {

struct ReplayServer {
  std::string name;
  node::Endpoint line;
  std::optional<net::ServerTrust> trust = std::nullopt;  ///< to speak TLS with; none: the port is plain
};

struct ReplayOptions {
  std::vector<ReplayServer> servers;  ///< not empty; client number i reports to number i modulo their count
  std::size_t clients = 1;            ///< at least 1; client number i drives track i modulo their count
  std::optional<double> speed = 1;  ///< times real time, above 0 and at most 1000; none: as fast as the servers answer
  bool loop = false;
  std::optional<Duration> duration;  ///< stop after this long
};

struct ReplayOutcome {
  struct Server {
    std::string name;
    std::string address;
    bool connected = false;  ///< at least once
    ReportConnection::Counts counts;
  };
  std::vector<Server> servers;
  ReportConnection::Counts total;
  std::string first_refused;  ///< empty: nothing was refused
  std::uint64_t skipped = 0;  ///< points passed by without a report: the server was away or too slow
  Duration elapsed = 0;
};

/// Lets clients drive along `tracks` (not empty) and report to the servers until they have arrived, the time is up, or
/// SIGINT or SIGTERM comes. Progress and trouble go to stderr, the progress only if that is a terminal.
ReplayOutcome replay(const std::vector<Track>& tracks, const ReplayOptions& options);

}  // namespace herd::app
