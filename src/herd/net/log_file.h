#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "herd/base/time.h"
#include "herd/base/traffic_log.h"

namespace herd::net {

/// A server's log, from any thread, written by one of its own: whoever logs never waits for the disk. A line is on its
/// way to the file after `gather_time` at most. When the disk does not keep up, what comes while `waiting_bytes_max`
/// wait is lost, counted, and the count logged; what is no traffic has `reserve_bytes` more.
/// Files rotate at `file_bytes_max`; besides the current one `files_kept` are kept (server.1.log is the newest).
class LogFile : public TrafficLog {
 public:
  static constexpr std::size_t waiting_bytes_max = 64 * 1024 * 1024;
  static constexpr std::size_t reserve_bytes = 1024 * 1024;
  static constexpr std::size_t file_bytes_max = 64 * 1024 * 1024;
  static constexpr std::size_t files_kept = 4;
  static constexpr std::size_t traffic_bytes_max = 1024;  ///< of each line of traffic
  static constexpr Duration gather_time = 10 * millisecond;

  /// Appends to `path`; its folder is made. Throws std::runtime_error, naming the path, if it cannot be written.
  LogFile(const std::filesystem::path& path, std::uint64_t traffic_lines_per_second_max,
          std::size_t traffic_waiting_bytes_max = waiting_bytes_max);
  /// Writes all that waits.
  ~LogFile() override;

  void info(std::string_view text);
  void warn(std::string_view text);
  void error(std::string_view text);

  /// Once a second: logs what was left out or lost. From one thread only, which alone asks for `traffic_left_out()`.
  void tick();

  /// Lines lost because the disk did not keep up, and traffic left out because of the limit, since the start.
  std::uint64_t lines_lost() const;
  std::uint64_t traffic_left_out() const { return traffic_left_out_; }

 private:
  void write(Direction direction, std::string_view other, std::string_view bytes) override;

  struct Writer;
  std::unique_ptr<Writer> writer_;
  std::size_t traffic_waiting_bytes_max_;
  std::uint64_t lines_lost_logged_ = 0;
  std::uint64_t traffic_left_out_ = 0;
};

}  // namespace herd::net
