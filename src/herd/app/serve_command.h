#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace herd::app {

/// `proxyherd serve NAME`: runs one server of the herd. Parsing it sets `action`, which returns the exit status.
void add_serve_command(CLI::App& app, std::function<int()>& action);

}  // namespace herd::app
