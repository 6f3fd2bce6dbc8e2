#include "herd/net/log_file.h"

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <ctime>
#include <fmt/format.h>
#include <mutex>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <stdexcept>
#include <string>
#include <thread>

#include "herd/base/text.h"
#include "herd/net/clock.h"

namespace herd::net {

namespace {

/// So much waiting is worth a write at once.
constexpr std::size_t hurry_bytes = 256 * 1024;
/// The memory of a burst is kept no longer than it takes to write it.
constexpr std::size_t kept_bytes_max = 4 * 1024 * 1024;

/// Whether append_printable() would copy all of it, as it does nearly always: this looks at many bytes at a time.
bool is_printable(std::string_view bytes) {
  bool printable = true;
  for (const char c : bytes) printable &= (c >= ' ') & (c <= '~') & (c != '\\');
  return printable;
}

/// Appends times as the log has them, "2021-05-19T22:53:47.959498Z", in UTC.
class TimeText {
 public:
  void append(std::string& out, Time now) {
    const auto second_now = now / second;
    if (second_now != second_) {
      second_ = second_now;
      const std::time_t time = second_now;
      std::tm parts{};
      ::gmtime_r(&time, &parts);
      text_ = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                          parts.tm_hour, parts.tm_min, parts.tm_sec);
    }
    out.append(text_);
    std::array<char, 7> micros = {'0', '0', '0', '0', '0', '0', 'Z'};
    auto rest = now % second / microsecond;
    for (std::size_t i = 6; i-- > 0; rest /= 10) micros[i] = static_cast<char>('0' + rest % 10);
    out.append(micros.data(), micros.size());
  }

 private:
  std::int64_t second_ = -1;
  std::string text_;
};

}  // namespace

/// Lines gather in `waiting` while the thread writes those before them.
struct LogFile::Writer {
  explicit Writer(const std::string& path) : file(path, file_bytes_max, files_kept) {
    // Lines come whole; the sink sees to the files alone.
    file.set_formatter(std::make_unique<spdlog::pattern_formatter>("%v", spdlog::pattern_time_type::utc, ""));
    thread = std::thread([this] { run(); });
  }

  ~Writer() {
    {
      const std::lock_guard lock(mutex);
      ending = true;
    }
    came.notify_one();
    thread.join();
  }

  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// `level_and_text` is " info ...". Lost if `bytes_max` wait.
  void add(std::string_view level_and_text, std::size_t bytes_max) {
    bool is_awaited = false;
    {
      const std::lock_guard lock(mutex);
      const auto before = waiting.size();
      if (before + level_and_text.size() > bytes_max) {
        lost.fetch_add(1, std::memory_order_relaxed);
        return;
      }
      // Here, so that the times in the file do not decrease.
      time_text.append(waiting, wall_now());
      waiting.append(level_and_text) += '\n';
      is_awaited = before == 0 || (before < hurry_bytes && waiting.size() >= hurry_bytes);
    }
    if (is_awaited) came.notify_one();
  }

  void run() {
    std::string lines;
    std::unique_lock lock(mutex);
    for (;;) {
      came.wait(lock, [this] { return ending || !waiting.empty(); });
      if (waiting.empty()) return;
      const auto gathered = [this] { return ending || waiting.size() >= hurry_bytes; };
      came.wait_for(lock, std::chrono::nanoseconds(gather_time), gathered);
      lines.swap(waiting);
      lock.unlock();
      write(lines);
      if (lines.capacity() > kept_bytes_max) std::string().swap(lines);
      lines.clear();
      lock.lock();
    }
  }

  /// Each line by itself, for a file ends with a line.
  void write(std::string_view lines) {
    while (!lines.empty()) {
      const auto line = lines.substr(0, lines.find('\n') + 1);
      lines.remove_prefix(line.size());
      attempt([&] { file.log(spdlog::details::log_msg({}, spdlog::level::info, {line.data(), line.size()})); });
    }
    attempt([&] { file.flush(); });
  }

  /// What a full disk does not take is lost.
  template <class Action>
  void attempt(const Action& action) {
    try {
      action();
    } catch (const spdlog::spdlog_ex&) {
      lost.fetch_add(1, std::memory_order_relaxed);
    }
  }

  spdlog::sinks::rotating_file_sink_st file;  // the thread's own
  std::atomic<std::uint64_t> lost = 0;
  std::mutex mutex;  // guards what follows; held for no longer than it takes to copy a line
  std::condition_variable came;
  TimeText time_text;
  std::string waiting;
  bool ending = false;
  std::thread thread;
};

LogFile::LogFile(const std::filesystem::path& path, std::uint64_t traffic_lines_per_second_max,
                 std::size_t traffic_waiting_bytes_max)
    : TrafficLog(traffic_lines_per_second_max), traffic_waiting_bytes_max_(traffic_waiting_bytes_max) {
  try {
    std::filesystem::create_directories(path.parent_path());
    writer_ = std::make_unique<Writer>(path.string());
  } catch (const std::exception& error) {
    throw std::runtime_error("cannot write the log " + path.string() + ": " + error.what());
  }
}

LogFile::~LogFile() {
  tick();
}

void LogFile::info(std::string_view text) {
  writer_->add(" info " + std::string(text), traffic_waiting_bytes_max_ + reserve_bytes);
}

void LogFile::warn(std::string_view text) {
  writer_->add(" warning " + std::string(text), traffic_waiting_bytes_max_ + reserve_bytes);
}

void LogFile::error(std::string_view text) {
  writer_->add(" error " + std::string(text), traffic_waiting_bytes_max_ + reserve_bytes);
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

std::uint64_t LogFile::lines_lost() const {
  return writer_->lost.load(std::memory_order_relaxed);
}

void LogFile::write(Direction direction, std::string_view other, std::string_view bytes) {
  thread_local std::string line;  // reused
  line.assign(direction == Direction::in ? " info in  " : " info out ");
  line.append(other);
  line += ' ';
  if (bytes.size() <= traffic_bytes_max && is_printable(bytes)) {
    line.append(bytes);
  } else {
    append_printable(line, bytes, traffic_bytes_max);
  }
  writer_->add(line, traffic_waiting_bytes_max_);
}

}  // namespace herd::net
