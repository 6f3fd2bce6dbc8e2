#include "herd/base/json_lines.h"

#include <gtest/gtest.h>
#include <string>

namespace herd {
namespace {

constexpr std::size_t line_bytes_max = 10;

/// "1:text 2:too large ", with `piece` bytes pushed at a time.
std::string lines_of(std::string_view text, std::size_t piece) {
  JsonLines lines(line_bytes_max);
  std::string out;
  const auto take = [&] {
    while (const auto line = lines.next()) {
      out += std::to_string(line->line) + ':' + (line->too_large ? "too large" : std::string(line->text)) + ' ';
    }
  };
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
    lines.push(text.substr(0, piece));
    take();
  }
  lines.finish();
  take();
  take();
  return out;
}

/// The same however the bytes come.
std::string lines_of(std::string_view text) {
  auto whole = lines_of(text, std::string::npos);
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 11U}) EXPECT_EQ(lines_of(text, piece), whole) << piece;
  return whole;
}

TEST(JsonLines, are_what_is_between_line_ends_whatever_is_in_them) {
  EXPECT_EQ(lines_of("{\"a\":1}\n{\"b\n}}\n"), "1:{\"a\":1} 2:{\"b 3:}} ");
  EXPECT_EQ(lines_of("a\nb"), "1:a 2:b ");
  EXPECT_EQ(lines_of(""), "");
}

TEST(JsonLines, have_no_white_space_around_them_and_are_not_blank) {
  EXPECT_EQ(lines_of("\r\na \t\r\n\n  \n b"), "2:a 5:b ");
}

TEST(JsonLines, may_begin_with_the_mark_that_some_editors_begin_a_file_with) {
  EXPECT_EQ(lines_of("\xef\xbb\xbf a\nb"), "1:a 2:b ");
  EXPECT_EQ(lines_of("\xef\xbb\xbf\n\xef\xbb\xbf"), "2:\xef\xbb\xbf ");
}

TEST(JsonLines, that_are_too_large_are_passed_over_alone) {
  EXPECT_EQ(lines_of("0123456789\n01234567890\n2\n"), "1:0123456789 2:too large 3:2 ");
  EXPECT_EQ(lines_of(std::string(1000, 'a') + "\nb"), "1:too large 2:b ");
  EXPECT_EQ(lines_of("b\n" + std::string(1000, ' ')), "1:b 2:too large ");
}

}  // namespace
}  // namespace herd
