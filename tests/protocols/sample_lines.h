#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace herd {

/// The lines of a file among the samples of what apps send, which are no part of the project: in ../shared/samples, or
/// where HERD_SAMPLES says. None if they are not there.
inline std::vector<std::string> sample_lines(std::string_view file) {
  const auto* const folder = std::getenv("HERD_SAMPLES");
  const auto samples = folder != nullptr ? std::filesystem::path(folder)
                                         : std::filesystem::path(HERD_SOURCE_DIR).parent_path() / "shared" / "samples";
  std::ifstream in(samples / file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

}  // namespace herd
