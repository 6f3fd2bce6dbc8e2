#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "herd/app/bench_result.h"
#include "herd/load/load_generator.h"
#include "herd/node/endpoint.h"

namespace herd::app {

struct BenchServer {
  std::string name;
  node::Endpoint line;
  std::optional<node::Endpoint> http;                         ///< where its status can be asked for
  std::optional<net::ServerTrust> line_trust = std::nullopt;  ///< to speak TLS with; none: the port is plain
  std::optional<net::ServerTrust> http_trust = std::nullopt;  ///< the same

  /// Whom to connect to.
  load::LoadTarget target() const { return {full_name(), line.host, line.port, line_trust}; }

  /// "Riley at 127.0.0.1:12000", or the address alone if there is no other name.
  std::string full_name() const { return name == line.text() ? name : name + " at " + line.text(); }
};

struct BenchOptions {
  load::LoadPlan plan;
  std::string token;                   ///< to ask for status with; empty: none
  std::vector<BenchServer> targets;    ///< not empty; connection number i reports to number i modulo their count
  std::vector<BenchServer> others;     ///< of the same herd: their CPU counts, and they are to hold the reports; those
                                       ///< that cannot be spoken to are left out
  std::optional<BenchServer> seen_at;  ///< one of these: how soon is it seen there; there is a target besides it
  std::uint64_t held_clients_max = 0;  ///< of how many clients to ask for the newest report at the end; 0: none
};

/// Puts the load on the targets until it is done, or SIGINT or SIGTERM comes, and measures. Progress goes to stderr if
/// that is a terminal. Throws std::runtime_error if a server cannot be connected to.
BenchResult run_bench(const BenchOptions& options);

}  // namespace herd::app
