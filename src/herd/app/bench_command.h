#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace herd::app {

/// Adds `proxyherd bench`, which sets `action`.
void add_bench_command(CLI::App& app, std::function<int()>& action);

}  // namespace herd::app
