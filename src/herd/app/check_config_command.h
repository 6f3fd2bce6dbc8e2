#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace herd::app {

/// `proxyherd check-config`: says what herd.toml describes, or what is wrong with it. Parsing it sets `action`, which
/// returns the exit status.
void add_check_config_command(CLI::App& app, std::function<int()>& action);

}  // namespace herd::app
