#include "herd/net/log_file.h"

#include <algorithm>
#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <future>
#include <gtest/gtest.h>
#include <regex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace herd::net {
namespace {

using namespace std::string_literals;
using enum TrafficLog::Direction;

class LogFileTest : public testing::Test {
 public:
  LogFileTest() { std::filesystem::remove_all(folder); }
  ~LogFileTest() override { std::filesystem::remove_all(folder); }

  /// What the log says, without the time that begins each line, of which this sees to its shape.
  static std::vector<std::string> lines_of(std::istream& in) {
    static const std::regex shape(R"((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z )(.*))");
    std::vector<std::string> lines;
    std::smatch match;
    for (std::string line; std::getline(in, line);) {
      EXPECT_TRUE(std::regex_match(line, match, shape)) << line;
      lines.push_back(match[2]);
    }
    return lines;
  }

  static std::vector<std::string> lines_in(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    EXPECT_TRUE(in) << file;
    return lines_of(in);
  }

  const std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / ("herd-log-" + std::to_string(::getpid()));
  const std::filesystem::path path = folder / "Riley" / "server.log";
};

using Lines = std::vector<std::string>;

TEST_F(LogFileTest, has_a_line_for_each_thing_that_happened_in_a_folderthat_is_made) {
  {
    LogFile log(path, TrafficLog::unlimited);
    log.info("Riley serves: line 127.0.0.1:12000");
    log.line(in, "127.0.0.1:5", "IAMAT kiwi +1+1 5");
    log.line(out, "Juzang", "AT Riley +0.000000001 kiwi +1+1 5");
    log.warn("no place files found");
  }
  EXPECT_EQ(lines_in(path), (Lines{
                                "info Riley serves: line 127.0.0.1:12000",
                                "info in  127.0.0.1:5 IAMAT kiwi +1+1 5",
                                "info out Juzang AT Riley +0.000000001 kiwi +1+1 5",
                                "warning no place files found",
                            }));
}

TEST_F(LogFileTest, goes_on_where_an_earlier_start_ended) {
  LogFile(path, 0).info("first");
  LogFile(path, 0).info("second");
  EXPECT_EQ(lines_in(path), (Lines{"info first", "info second"}));
}

TEST_F(LogFileTest, shows_bytes_that_could_forge_lines_or_upset_terminals_in_hexadecimal) {
  {
    LogFile log(path, TrafficLog::unlimited);
    log.line(in, "127.0.0.1:5", "a\n2021-05-19 info forged\r\0\x1b[2J\xff\\"s);
    log.line(in, "127.0.0.1:5", "%s %n {} {0} {:>99999} {");
  }
  EXPECT_EQ(lines_in(path), (Lines{
                                R"(info in  127.0.0.1:5 a\x0a2021-05-19 info forged\x0d\x00\x1b[2J\xff\\)",
                                "info in  127.0.0.1:5 %s %n {} {0} {:>99999} {",
                            }));
}

TEST_F(LogFileTest, cuts_long_lines_of_traffic) {
  {
    LogFile log(path, TrafficLog::unlimited);
    log.line(in, "127.0.0.1:5", std::string(1024, 'x'));
    log.line(in, "127.0.0.1:5", std::string(1024 * 1024, 'x'));
  }
  EXPECT_EQ(lines_in(path), (Lines{"info in  127.0.0.1:5 " + std::string(1024, 'x'),
                                   "info in  127.0.0.1:5 " + std::string(1024, 'x') + "..."}));
}

TEST_F(LogFileTest, counts_the_traffic_over_its_limit_and_logs_the_count_each_second) {
  {
    LogFile log(path, 2);
    for (const auto* command : {"ONE", "TWO", "THREE", "FOUR", "FIVE"}) log.line(in, "127.0.0.1:5", command);
    EXPECT_EQ(log.traffic_left_out(), 0U);
    log.tick();
    EXPECT_EQ(log.traffic_left_out(), 3U);
    log.line(in, "127.0.0.1:5", "SIX");
    log.tick();
    EXPECT_EQ(log.traffic_left_out(), 3U);
    for (const auto* command : {"SEVEN", "EIGHT", "NINE"}) log.line(in, "127.0.0.1:5", command);
  }
  EXPECT_EQ(lines_in(path), (Lines{
                                "info in  127.0.0.1:5 ONE",
                                "info in  127.0.0.1:5 TWO",
                                "info 3 lines of traffic not logged in this second, over the limit",
                                "info in  127.0.0.1:5 SIX",
                                "info in  127.0.0.1:5 SEVEN",
                                "info in  127.0.0.1:5 EIGHT",
                                "info 1 lines of traffic not logged in this second, over the limit",
                            }));
}

TEST_F(LogFileTest, without_traffic_has_everything_else) {
  {
    LogFile log(path, 0);
    log.line(in, "127.0.0.1:5", "ONE");
    log.info("link Juzang up");
    log.tick();
    EXPECT_EQ(log.traffic_left_out(), 0U);
  }
  EXPECT_EQ(lines_in(path), Lines{"info link Juzang up"});
}

TEST_F(LogFileTest, rotates_when_it_is_full_and_keeps_four_older_files) {
  std::filesystem::create_directories(path.parent_path());
  for (int i = 0; i < 6; ++i) {
    // As long as a full one, without the bytes of one.
    std::ofstream(path, std::ios::app).flush();
    std::filesystem::resize_file(path, LogFile::file_bytes_max);
    LogFile(path, 0).info("start " + std::to_string(i));
    EXPECT_EQ(lines_in(path), Lines{"info start " + std::to_string(i)});
  }
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(path.parent_path())) {
    files.push_back(entry.path().filename().string());
  }
  std::ranges::sort(files);
  EXPECT_EQ(files,
            (std::vector<std::string>{"server.1.log", "server.2.log", "server.3.log", "server.4.log", "server.log"}));
  std::string first_line;
  std::ifstream newest(path.parent_path() / "server.1.log");
  std::getline(newest, first_line, 'Z');
  std::getline(newest, first_line);
  EXPECT_EQ(first_line, " info start 4");
}

// A pipe that nobody reads is a disk that does not keep up.
TEST_F(LogFileTest, loses_the_newest_traffic_when_the_disk_does_not_keep_up_and_says_how_many_lines) {
  std::filesystem::create_directories(path.parent_path());
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const int reading_end = ::open(path.c_str(), O_RDWR);
  ASSERT_GE(reading_end, 0);

  constexpr std::size_t lines = 20'000;
  constexpr std::size_t line_bytes = 160;
  constexpr std::size_t waiting_bytes_max = 512 * 1024;
  std::future<Lines> read;
  std::uint64_t lost = 0;
  {
    LogFile log(path, TrafficLog::unlimited, waiting_bytes_max);
    EXPECT_EQ(log.lines_lost(), 0U);
    for (std::size_t i = 0; i < lines; ++i) log.line(in, "127.0.0.1:5", std::to_string(i) + std::string(98, 'x'));
    lost = log.lines_lost();
    // All but those that wait, that are being written, and that the pipe and its writer hold.
    EXPECT_GT(lost, lines - 2 * waiting_bytes_max / 130 - 1000);
    EXPECT_LT(lost, lines - waiting_bytes_max / line_bytes);
    log.tick();
    log.info("link Juzang up");
    read = std::async(std::launch::async, [this] {
      std::ifstream pipe(path, std::ios::binary);
      return lines_of(pipe);
    });
    // The log ends only when it was read, for the pipe does not hold all that waits.
  }
  ::close(reading_end);
  const auto logged = read.get();
  ASSERT_EQ(logged.size(), lines - lost + 2);
  for (std::size_t i = 0; i < 3000; ++i) {
    ASSERT_EQ(logged[i], "info in  127.0.0.1:5 " + std::to_string(i) + std::string(98, 'x'));
  }
  EXPECT_EQ(logged[logged.size() - 2],
            "warning " + std::to_string(lost) + " log lines lost: the disk does not keep up");
  EXPECT_EQ(logged.back(), "info link Juzang up");
}

TEST_F(LogFileTest, has_the_lines_of_many_threads_whole_and_in_the_order_of_their_times) {
  constexpr int threads = 4;
  constexpr int lines = 5'000;
  {
    LogFile log(path, TrafficLog::unlimited);
    std::vector<std::jthread> writers;
    for (int i = 0; i < threads; ++i) {
      writers.emplace_back([&log, i] {
        for (int k = 0; k < lines; ++k) log.line(in, "thread-" + std::to_string(i), std::to_string(k));
      });
    }
  }
  std::vector<int> next(threads, 0);
  std::string last_time;
  std::ifstream file(path, std::ios::binary);
  for (std::string line; std::getline(file, line);) {
    const auto time = line.substr(0, line.find(' '));
    ASSERT_LE(last_time, time);
    last_time = time;
    const auto i = static_cast<std::size_t>(line.at(time.size() + std::string_view(" info in  thread-").size()) - '0');
    ASSERT_EQ(line.substr(time.size()), " info in  thread-" + std::to_string(i) + " " + std::to_string(next.at(i)++));
  }
  EXPECT_EQ(next, std::vector<int>(threads, lines));
}

TEST_F(LogFileTest, has_a_line_in_the_file_soon_though_nobody_asks_for_it) {
  LogFile log(path, 0);
  log.info("Riley serves");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (lines_in(path).empty() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_EQ(lines_in(path), Lines{"info Riley serves"});
}

TEST_F(LogFileTest, that_cannot_be_written_says_where_and_why) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "Riley") << "a file where the folder should be";
  try {
    LogFile log(path, 0);
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_TRUE(std::string_view(error.what()).starts_with("cannot write the log " + path.string() + ": "))
        << error.what();
  }
}

}  // namespace
}  // namespace herd::net
