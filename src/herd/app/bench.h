#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "herd/app/bench_result.h"
#include "herd/net/load_generator.h"
#include "herd/node/endpoint.h"

namespace herd::app {

struct BenchServer {
  std::string name;
  node::Endpoint line;
};

struct BenchOptions {
  net::LoadPlan plan;
  std::vector<BenchServer> targets;  ///< not empty; connection number i reports to number i modulo their count
  std::vector<BenchServer> others;   ///< of the same herd: their CPU counts, and they are to hold the reports
};

/// Puts the load on the targets until it is done, or SIGINT or SIGTERM comes, and measures. Progress goes to stderr if
/// that is a terminal. Throws std::runtime_error if a server cannot be connected to.
BenchResult run_bench(const BenchOptions& options);

}  // namespace herd::app
