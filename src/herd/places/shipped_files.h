#pragma once

#include <filesystem>
#include <vector>

namespace herd::places {

/// The place files that ship with the program, sorted by name, whatever the working folder: *.places in the folder that
/// the environment variable PROXYHERD_DATA names, else in ../share/proxyherd (installed), else in ../../data (the
/// source tree), both seen from the folder of `executable`. Empty if there are none.
std::vector<std::filesystem::path> shipped_place_files(const std::filesystem::path& executable);

}  // namespace herd::places
