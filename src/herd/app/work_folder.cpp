#include "herd/app/work_folder.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <string>
#include <string_view>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace herd::app {
namespace {

namespace fs = std::filesystem;

// A name that only we give: a folder without it is someone else's, whatever it is called.
constexpr const char* marker = ".proxyherd-import";
constexpr std::string_view unique = "XXXXXX";  // what mkdtemp replaces

/// A descriptor of the folder that holds its lock; -1 if another process does or there is no such folder.
int lock_folder(const fs::path& folder) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (descriptor < 0 || flock(descriptor, LOCK_EX | LOCK_NB) == 0) return descriptor;
  close(descriptor);
  return -1;
}

void remove_abandoned(const fs::path& parent, const std::string& begin) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(parent, ignored)) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with(begin) || name.size() != begin.size() + unique.size()) continue;
    const int lock = lock_folder(entry.path());
    if (lock < 0) continue;
    if (fs::is_regular_file(entry.path() / marker, ignored)) fs::remove_all(entry.path(), ignored);
    close(lock);
  }
}

}  // namespace

Result<WorkFolder> WorkFolder::make(const fs::path& out) {
  const auto parent = out.has_parent_path() ? out.parent_path() : fs::path(".");
  const auto begin = out.filename().string() + ".import-";
  remove_abandoned(parent, begin);
  std::string name = (parent / begin).string().append(unique);
  const int lock = mkdtemp(name.data()) == nullptr ? -1 : lock_folder(name);
  if (lock < 0) {
    return Error{out.string() + ": cannot be made in " + parent.string() + ": " +
                 std::generic_category().message(errno) + "; choose a folder that exists and may be written to"};
  }
  WorkFolder made(name, lock);
  if (!std::ofstream(made.path_ / marker)) {
    return Error{out.string() + ": cannot be made in " + parent.string() + ": " +
                 std::generic_category().message(errno) + "; choose a disk that has room"};
  }
  return made;
}

WorkFolder::WorkFolder(WorkFolder&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

WorkFolder::~WorkFolder() {
  if (lock_ < 0) return;
  std::error_code ignored;
  fs::remove_all(path_, ignored);
  close(lock_);
}

}  // namespace herd::app
