#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace herd::app {

/// `proxyherd places import`: makes a place file. Parsing it sets `action`, which returns the exit status.
void add_places_import_command(CLI::App& places, std::function<int()>& action);

}  // namespace herd::app
