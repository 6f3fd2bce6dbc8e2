#include "herd/net/log_file.h"

#include <spdlog/async.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <stdexcept>
#include <string>

#include "herd/base/text.h"

namespace herd::net {

struct LogFile::Writer {
  std::shared_ptr<spdlog::details::thread_pool> thread;
  std::shared_ptr<spdlog::async_logger> logger;
  std::string line;  // reused
};

LogFile::LogFile(const std::filesystem::path& path, std::uint64_t traffic_lines_per_second_max)
    : TrafficLog(traffic_lines_per_second_max), writer_(std::make_unique<Writer>()) {
  try {
    std::filesystem::create_directories(path.parent_path());
    auto sink = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(path.string(), file_bytes_max, files_kept);
    writer_->thread = std::make_shared<spdlog::details::thread_pool>(queue_lines, 1);
    writer_->logger = std::make_shared<spdlog::async_logger>("server", std::move(sink), writer_->thread,
                                                             spdlog::async_overflow_policy::overrun_oldest);
  } catch (const std::exception& error) {
    throw std::runtime_error("cannot write the log " + path.string() + ": " + error.what());
  }
  writer_->logger->set_pattern("%Y-%m-%dT%H:%M:%S.%fZ %l %v", spdlog::pattern_time_type::utc);
  writer_->logger->flush_on(spdlog::level::warn);
}

LogFile::~LogFile() {
  tick();
  flush();
}

void LogFile::info(std::string_view text) {
  writer_->logger->info(text);
}

void LogFile::warn(std::string_view text) {
  writer_->logger->warn(text);
}

void LogFile::error(std::string_view text) {
  writer_->logger->error(text);
}

void LogFile::tick() {
  if (const auto left_out = begin_second(); left_out != 0) {
    traffic_left_out_ += left_out;
    info(std::to_string(left_out) + " lines of traffic not logged in this second, over the limit");
  }
  if (const auto lost = lines_lost(); lost != lines_lost_logged_) {
    warn(std::to_string(lost - lines_lost_logged_) + " log lines lost: the disk does not keep up");
    lines_lost_logged_ = lost;
  }
}

void LogFile::flush() {
  writer_->logger->flush();
}

std::uint64_t LogFile::lines_lost() const {
  return writer_->thread->overrun_counter();
}

void LogFile::write(Direction direction, std::string_view other, std::string_view bytes) {
  auto& line = writer_->line;
  line.assign(direction == Direction::in ? "in  " : "out ");
  line.append(other);
  line += ' ';
  append_printable(line, bytes, traffic_bytes_max);
  writer_->logger->info(std::string_view(line));
}

}  // namespace herd::net
