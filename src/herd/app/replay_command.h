#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace herd::app {

/// `proxyherd replay FILE... --to NAME`: lets clients drive along recorded tracks. Parsing it sets `action`, which
/// returns the exit status.
void add_replay_command(CLI::App& app, std::function<int()>& action);

}  // namespace herd::app
