#include "herd/wire/line_framer.h"

#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

namespace herd::wire {
namespace {

/// What a framer makes of a stream that comes in pieces: its lines, "(too long) " before one over the limit.
class Stream {
 public:
  explicit Stream(std::size_t line_bytes_max = 64) : framer_(line_bytes_max) {}

  /// Each piece comes in memory of its own that is gone once keep() was called.
  void read(std::string_view piece) {
    const auto bytes = std::make_unique_for_overwrite<char[]>(piece.size());
    piece.copy(bytes.get(), piece.size());
    framer_.push({bytes.get(), piece.size()});
    take_lines();
    framer_.keep();
  }

  void end() {
    framer_.end();
    take_lines();
  }

  std::vector<std::string> lines;

 private:
  void take_lines() {
    for (std::string_view line;;) {
      switch (framer_.next(line)) {
        case LineFramer::Next::incomplete:
          return;
        case LineFramer::Next::line:
          lines.emplace_back(line);
          break;
        case LineFramer::Next::too_long:
          lines.push_back("(too long) " + std::string(line));
          break;
      }
    }
  }

  LineFramer framer_;
};

std::vector<std::string> lines_of(std::string_view bytes, std::size_t line_bytes_max = 64) {
  Stream stream(line_bytes_max);
  stream.read(bytes);
  stream.end();
  return stream.lines;
}

using Lines = std::vector<std::string>;

TEST(LineFramer, cuts_at_each_LF_and_nowhere_else) {
  EXPECT_EQ(lines_of("one\ntwo\r\n\n \nthree\n"), (Lines{"one", "two\r", "", " ", "three"}));
  EXPECT_EQ(lines_of({"a\0b\rc\vd\fe\n", 10}), (Lines{{"a\0b\rc\vd\fe", 9}}));
  EXPECT_EQ(lines_of("\n\n\n"), (Lines{"", "", ""}));
}

TEST(LineFramer, gives_a_line_once_its_LF_is_there) {
  Stream stream;
  stream.read("IAMAT ki");
  EXPECT_EQ(stream.lines, Lines{});
  stream.read("wi +1+1 5\nWHAT");
  EXPECT_EQ(stream.lines, Lines{"IAMAT kiwi +1+1 5"});
  stream.read("");
  stream.read("SAT\n");
  EXPECT_EQ(stream.lines, (Lines{"IAMAT kiwi +1+1 5", "WHATSAT"}));
}

TEST(LineFramer, takes_what_is_left_at_the_end_for_a_line_unless_it_is_nothing) {
  EXPECT_EQ(lines_of("one\ntwo"), (Lines{"one", "two"}));
  EXPECT_EQ(lines_of("one\n"), Lines{"one"});
  EXPECT_EQ(lines_of("one\n "), (Lines{"one", " "}));
  EXPECT_EQ(lines_of(""), Lines{});
  EXPECT_EQ(lines_of("\n"), Lines{""});
}

TEST(LineFramer, gives_the_same_lines_whereever_the_stream_is_cut) {
  const std::string_view bytes = "one\n\r\ntwo two\n\nx\nthe rest";
  const Lines lines = {"one", "\r", "two two", "", "x", "the rest"};
  for (std::size_t first = 0; first <= bytes.size(); ++first) {
    for (std::size_t second = first; second <= bytes.size(); ++second) {
      Stream stream;
      stream.read(bytes.substr(0, first));
      stream.read(bytes.substr(first, second - first));
      stream.read(bytes.substr(second));
      stream.end();
      ASSERT_EQ(stream.lines, lines) << "cut at " << first << " and " << second;
    }
  }
  Stream stream;
  for (const char byte : bytes) stream.read({&byte, 1});
  stream.end();
  EXPECT_EQ(stream.lines, lines);
}

TEST(LineFramer, gives_lines_up_to_the_limit) {
  EXPECT_EQ(lines_of("12345678\n12345678\n", 8), (Lines{"12345678", "12345678"}));
  EXPECT_EQ(lines_of("1234567\r\n", 8), Lines{"1234567\r"});
  EXPECT_EQ(lines_of("12345678", 8), Lines{"12345678"});
}

TEST(LineFramer, gives_the_beginning_of_a_line_over_the_limit_and_nothing_after_it) {
  EXPECT_EQ(lines_of("one\n123456789\ntwo\n", 8), (Lines{"one", "(too long) 123456789"}));
  EXPECT_EQ(lines_of("12345678\r\n", 8), Lines{"(too long) 12345678\r"});
  EXPECT_EQ(lines_of("123456789", 8), Lines{"(too long) 123456789"});
}

TEST(LineFramer, does_not_wait_for_the_end_of_a_line_that_is_too_long_already) {
  Stream stream(8);
  stream.read("1234");
  stream.read("5678");
  EXPECT_EQ(stream.lines, Lines{});
  stream.read("9");
  EXPECT_EQ(stream.lines, Lines{"(too long) 123456789"});
}

TEST(LineFramer, takes_a_line_at_the_limit_whose_LF_comes_later) {
  Stream stream(8);
  stream.read("12345678");
  stream.read("\n");
  EXPECT_EQ(stream.lines, Lines{"12345678"});
}

TEST(LineFramer, gives_lines_out_in_turns_between_which_the_read_bytes_go_away) {
  const std::string_view bytes = "one\ntwo\nthree\nfour\nfi";
  LineFramer framer(64);
  auto read = std::make_unique_for_overwrite<char[]>(bytes.size());
  bytes.copy(read.get(), bytes.size());
  framer.push({read.get(), bytes.size()});
  std::string_view line;
  ASSERT_EQ(framer.next(line), LineFramer::Next::line);
  EXPECT_EQ(line, "one");
  framer.keep();
  read.reset();
  for (const auto* expected : {"two", "three", "four"}) {
    ASSERT_EQ(framer.next(line), LineFramer::Next::line);
    EXPECT_EQ(line, expected);
    framer.keep();
    framer.keep();
  }
  EXPECT_EQ(framer.next(line), LineFramer::Next::incomplete);
  framer.push("ve\nsix\n");
  ASSERT_EQ(framer.next(line), LineFramer::Next::line);
  EXPECT_EQ(line, "five");
  framer.keep();
  framer.push("seven\n");
  for (const auto* expected : {"six", "seven"}) {
    ASSERT_EQ(framer.next(line), LineFramer::Next::line);
    EXPECT_EQ(line, expected);
  }
  EXPECT_EQ(framer.next(line), LineFramer::Next::incomplete);
}

// If every turn moved or searched all that waits, this would take hours.
TEST(LineFramer, takes_a_line_of_four_megabytes_byte_by_byte) {
  const std::size_t bytes = 4 * 1024 * 1024;
  LineFramer framer(bytes);
  std::string_view line;
  for (std::size_t i = 0; i < bytes; ++i) {
    framer.push("x");
    ASSERT_EQ(framer.next(line), LineFramer::Next::incomplete);
    framer.keep();
  }
  framer.push("\n");
  ASSERT_EQ(framer.next(line), LineFramer::Next::line);
  EXPECT_EQ(line, std::string(bytes, 'x'));
}

TEST(LineFramer, gives_a_million_lines_one_in_a_turn) {
  const std::size_t count = 1'000'000;
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) bytes += "12345\n";
  LineFramer framer(64);
  framer.push(bytes);
  std::string_view line;
  for (std::size_t i = 0; i < count; ++i) {
    ASSERT_EQ(framer.next(line), LineFramer::Next::line);
    ASSERT_EQ(line, "12345");
    framer.keep();
  }
  EXPECT_EQ(framer.next(line), LineFramer::Next::incomplete);
}

}  // namespace
}  // namespace herd::wire
