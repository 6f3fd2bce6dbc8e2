#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace herd::app {

/// `proxyherd certs init`: makes what servers prove their names with to one another. Parsing it sets `action`, which
/// returns the exit status.
void add_certs_command(CLI::App& app, std::function<int()>& action);

}  // namespace herd::app
