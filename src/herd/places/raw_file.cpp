#include "herd/places/raw_file.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/types.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace herd::places {

Result<RawFile> RawFile::create(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    return Error{path.string() + ": cannot be written: " + std::generic_category().message(errno) +
                 "; choose a folder that exists and may be written to"};
  }
  return RawFile(path, descriptor);
}

RawFile& RawFile::operator=(RawFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

RawFile::~RawFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Error RawFile::failed(std::string_view what) const {
  return {path_.string() + ": cannot be " + std::string(what) + ": " + std::generic_category().message(errno) +
          "; check the space left on its disk"};
}

Result<void> RawFile::write(std::uint64_t position, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(position));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return failed("written");
    position += static_cast<std::uint64_t>(count);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

Result<void> RawFile::read(std::uint64_t position, std::size_t count, std::string& out) const {
  const auto begin = out.size();
  out.resize(begin + count);
  std::size_t taken = 0;
  while (taken < count) {
    const auto got =
        ::pread(descriptor_, out.data() + begin + taken, count - taken, static_cast<off_t>(position + taken));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("read");
    if (got == 0) break;
    taken += static_cast<std::size_t>(got);
  }
  out.resize(begin + taken);
  return {};
}

Result<void> RawFile::sync() {
  return ::fsync(descriptor_) == 0 ? Result<void>() : failed("written");
}

Result<void> SectionWriter::append(std::string_view bytes) {
  pending_ += bytes;
  return pending_.size() < pending_bytes_max ? Result<void>() : flush();
}

Result<void> SectionWriter::flush() {
  const auto written = file_.write(position_, pending_);
  position_ += pending_.size();
  pending_.clear();
  return written;
}

}  // namespace herd::places
