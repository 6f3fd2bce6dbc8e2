#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace herd::app {

/// `proxyherd up`: runs all servers of the herd. Parsing it sets `action`, which returns the exit status.
void add_up_command(CLI::App& app, std::function<int()>& action);

}  // namespace herd::app
