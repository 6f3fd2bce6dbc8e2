#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace herd::app {

/// `proxyherd status [NAME...]`: asks the servers how they are. Parsing it sets `action`, which returns the exit
/// status.
void add_status_command(CLI::App& app, std::function<int()>& action);

}  // namespace herd::app
