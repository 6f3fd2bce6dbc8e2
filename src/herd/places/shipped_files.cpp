#include "herd/places/shipped_files.h"

#include <algorithm>
#include <cstdlib>
#include <system_error>

namespace herd::places {
namespace {

std::vector<std::filesystem::path> place_files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".places") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

std::vector<std::filesystem::path> shipped_place_files(const std::filesystem::path& executable) {
  if (const char* folder = std::getenv("PROXYHERD_DATA"); folder != nullptr && *folder != '\0') {
    return place_files_in(folder);
  }
  const auto program = executable.parent_path();
  auto installed = place_files_in((program / "../share/proxyherd").lexically_normal());
  return installed.empty() ? place_files_in((program / "../../data").lexically_normal()) : installed;
}

}  // namespace herd::places
