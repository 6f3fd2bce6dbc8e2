#pragma once

#include <filesystem>

#include "herd/base/result.h"

namespace herd::app {

/// A folder beside a file that is to be made, for what is needed on the way there. It goes with us, and if we were
/// killed with the next import to the same file, which knows it by a file of ours in it.
class WorkFolder {
 public:
  /// Makes "OUT.import-XXXXXX" and removes those that imports left behind.
  static Result<WorkFolder> make(const std::filesystem::path& out);
  WorkFolder(WorkFolder&& other) noexcept;
  WorkFolder& operator=(WorkFolder&&) = delete;
  ~WorkFolder();

  const std::filesystem::path& path() const { return path_; }

 private:
  WorkFolder(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::filesystem::path path_;
  int lock_;  // on the folder, for as long as we live
};

}  // namespace herd::app
