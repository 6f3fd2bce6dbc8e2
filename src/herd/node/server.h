#pragma once

#include <filesystem>

#include "herd/node/config.h"

namespace herd::node {

/// Runs one server of the herd until SIGINT or SIGTERM ends it in order, and returns the exit status of the process.
/// `executable` is the running program's file, beside which the place files that ship are found. Throws
/// std::runtime_error if the server cannot start.
int run_server(const Config& config, const ServerConfig& server, const std::filesystem::path& executable);

}  // namespace herd::node
