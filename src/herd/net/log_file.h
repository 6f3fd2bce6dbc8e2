#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "herd/base/traffic_log.h"

namespace herd::net {

/// A server's log, written by a thread of its own: whoever logs never waits for the disk. Lines wait in a queue of
/// `queue_lines`; when the disk does not keep up the oldest are lost, counted, and the count logged.
/// Files rotate at `file_bytes_max`; besides the current one `files_kept` are kept (server.1.log is the newest).
class LogFile : public TrafficLog {
 public:
  static constexpr std::size_t queue_lines = 8192;
  static constexpr std::size_t file_bytes_max = 64 * 1024 * 1024;
  static constexpr std::size_t files_kept = 4;
  static constexpr std::size_t traffic_bytes_max = 1024;  ///< of each line of traffic

  /// Appends to `path`; its folder is made. Throws std::runtime_error, naming the path, if it cannot be written.
  LogFile(const std::filesystem::path& path, std::uint64_t traffic_lines_per_second_max);
  ~LogFile() override;

  void info(std::string_view text);
  void warn(std::string_view text);
  void error(std::string_view text);

  /// Once a second: logs what was left out or lost.
  void tick();

  /// Everything logged so far is in the file as soon as the writing thread gets to it.
  void flush();

  /// Lines lost because the disk did not keep up, and traffic left out because of the limit, since the start.
  std::uint64_t lines_lost() const;
  std::uint64_t traffic_left_out() const { return traffic_left_out_; }

 private:
  void write(Direction direction, std::string_view other, std::string_view bytes) override;

  struct Writer;
  std::unique_ptr<Writer> writer_;
  std::uint64_t lines_lost_logged_ = 0;
  std::uint64_t traffic_left_out_ = 0;
};

}  // namespace herd::net
