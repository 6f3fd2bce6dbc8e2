#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace herd::app {

/// `proxyherd send NAME|HOST:PORT [COMMAND...]`: sends commands of the line protocol and prints the replies. Parsing it
/// sets `action`, which returns the exit status.
void add_send_command(CLI::App& app, std::function<int()>& action);

}  // namespace herd::app
