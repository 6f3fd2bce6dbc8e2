#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace herd::app {

/// Adds `token new`, `token list` and `token revoke`, which set `action` when they are called for.
void add_token_command(CLI::App& app, std::function<int()>& action);

}  // namespace herd::app
