#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "herd/base/result.h"

namespace herd::places {

/// A file that is written and read at positions. Errors name the file and what to do.
class RawFile {
 public:
  /// Makes the file anew, for reading and writing.
  static Result<RawFile> create(const std::filesystem::path& path);

  RawFile(RawFile&& other) noexcept
      : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}
  RawFile& operator=(RawFile&& other) noexcept;
  ~RawFile();

  Result<void> write(std::uint64_t position, std::string_view bytes);
  /// Appends `count` bytes to `out`; fewer only where the file ends.
  Result<void> read(std::uint64_t position, std::size_t count, std::string& out) const;
  /// What was written is on disk when it returns.
  Result<void> sync();

 private:
  RawFile(std::filesystem::path path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  Error failed(std::string_view what) const;

  std::filesystem::path path_;
  int descriptor_;
};

/// Gathers what is to stand from a position of a file on, and writes it in large pieces.
class SectionWriter {
 public:
  /// `file` must outlive it.
  SectionWriter(RawFile& file, std::uint64_t position) : file_(file), position_(position) {}

  Result<void> append(std::string_view bytes);
  Result<void> flush();
  /// Where the next bytes go.
  std::uint64_t position() const { return position_ + pending_.size(); }

 private:
  static constexpr std::size_t pending_bytes_max = 256 * 1024;

  RawFile& file_;
  std::uint64_t position_;
  std::string pending_;
};

}  // namespace herd::places
