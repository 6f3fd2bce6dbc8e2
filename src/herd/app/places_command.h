#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace herd::app {

/// `proxyherd places near|import|info`: asks and makes place files. Parsing one of them sets `action`, which returns
/// the exit status.
void add_places_command(CLI::App& app, std::function<int()>& action);

}  // namespace herd::app
