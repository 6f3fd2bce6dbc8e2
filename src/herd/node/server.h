#pragma once

#include <filesystem>

#include "herd/node/config.h"

namespace herd::node {

/// Files that a server knows from the command line.
struct OwnFiles {
  std::filesystem::path executable;  ///< the running program, beside which the place files that ship are found
  std::filesystem::path herd_file;   ///< what the configuration was read from
};

/// Runs one server of the herd until SIGINT or SIGTERM ends it in order, and returns the exit status of the process.
/// Throws std::runtime_error if the server cannot start.
int run_server(const Config& config, const ServerConfig& server, const OwnFiles& files);

}  // namespace herd::node
