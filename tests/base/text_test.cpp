#include "herd/base/text.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <string>
#include <vector>

namespace herd {
namespace {

using namespace std::string_literals;

std::vector<std::string> fields_of(std::string_view text) {
  std::vector<std::string> fields;
  for (auto field = take_field(text); !field.empty(); field = take_field(text)) fields.emplace_back(field);
  EXPECT_TRUE(trim(text).empty()) << "left: " << text;
  return fields;
}

std::string printable(std::string_view bytes, std::size_t bytes_max = 100) {
  std::string out = "log: ";
  append_printable(out, bytes, bytes_max);
  return out;
}

TEST(Text, white_space_is_exactly_six_bytes) {
  std::string spaces;
  for (int byte = 0; byte < 256; ++byte) {
    if (is_space(static_cast<char>(byte))) spaces += static_cast<char>(byte);
  }
  EXPECT_EQ(spaces, "\t\n\v\f\r ");
}

TEST(Text, digits_are_exactly_ten_bytes) {
  std::string digits;
  for (int byte = 0; byte < 256; ++byte) {
    if (is_digit(static_cast<char>(byte))) digits += static_cast<char>(byte);
  }
  EXPECT_EQ(digits, "0123456789");
}

TEST(Text, is_plain_if_it_has_ASCII_letters_digits_and_what_else_is_said) {
  std::string plain;
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text(1, static_cast<char>(byte));
    if (is_plain(text, "")) plain += text;
    EXPECT_EQ(is_plain("x" + text + "7", "_-"), is_plain(text, "") || text == "_" || text == "-") << byte;
  }
  EXPECT_EQ(plain, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
  EXPECT_TRUE(is_plain("", ""));
  EXPECT_TRUE(is_plain("a\0b"s, "\0"s));
  EXPECT_FALSE(is_plain("a\0b"s, "_"));
}

TEST(Text, is_the_same_whatever_the_case_of_its_ASCII_letters) {
  EXPECT_TRUE(equal_ignoring_case("", ""));
  EXPECT_TRUE(equal_ignoring_case("Content-TYPE", "cONTENT-type"));
  EXPECT_FALSE(equal_ignoring_case("a", "ab"));
  EXPECT_FALSE(equal_ignoring_case("@[", "`{"));
  EXPECT_FALSE(equal_ignoring_case("\xc3\x84", "\xc3\xa4"));
}

TEST(Text, that_is_one_decimal_number_and_nothing_else_is_read_as_that) {
  EXPECT_EQ(parse_number("-0.25"), -0.25);
  EXPECT_EQ(parse_number("1e3"), 1000.0);
  EXPECT_TRUE(std::isnan(parse_number("nan").value()));
  for (const auto* const text : {"", " 1", "1 ", "+1", "1,5", "0x10", "1e999", "--1", "1e"}) {
    EXPECT_EQ(parse_number(text), std::nullopt) << text;
  }
}

TEST(Text, is_quoted_on_one_line_and_cut_after_100_bytes) {
  EXPECT_EQ(in_quotes(""), R"("")");
  EXPECT_EQ(in_quotes("a\n\xc3\xa4"), R"("a\x0a\xc3\xa4")");
  EXPECT_EQ(in_quotes(std::string(100, 'x')), '"' + std::string(100, 'x') + '"');
  EXPECT_EQ(in_quotes(std::string(101, 'x')), '"' + std::string(100, 'x') + "...\"");
}

TEST(Text, one_thing_is_counted_without_an_s) {
  EXPECT_EQ(counted(0, "thread"), "0 threads");
  EXPECT_EQ(counted(1, "thread"), "1 thread");
  EXPECT_EQ(counted(18446744073709551615U, "thread"), "18446744073709551615 threads");
}

TEST(Text, trim_takes_white_space_off_both_ends_only) {
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim(" \t\r\n\f\v"), "");
  EXPECT_EQ(trim("kiwi"), "kiwi");
  EXPECT_EQ(trim("\v\fFLUFFY \t DOG\r\n"), "FLUFFY \t DOG");
  EXPECT_EQ(trim("\xc2\xa0kiwi\x1c"), "\xc2\xa0kiwi\x1c");
  EXPECT_EQ(trim("\0 \0"s), "\0 \0"s);
}

TEST(Text, fields_are_separated_by_any_run_of_white_space) {
  EXPECT_EQ(fields_of(""), std::vector<std::string>{});
  EXPECT_EQ(fields_of(" \r"), std::vector<std::string>{});
  EXPECT_EQ(fields_of("IAMAT kiwi +1+1 5"), (std::vector<std::string>{"IAMAT", "kiwi", "+1+1", "5"}));
  EXPECT_EQ(fields_of("\tIAMAT \v\f kiwi\r\n+1+1 5 \r"), (std::vector<std::string>{"IAMAT", "kiwi", "+1+1", "5"}));
}

TEST(Text, bytes_that_only_look_like_white_space_are_part_of_a_field) {
  EXPECT_EQ(fields_of("a\xc2\xa0z a\x1cz a\x85z a\xffz a\xe3\x80\x80z"),
            (std::vector<std::string>{"a\xc2\xa0z", "a\x1cz", "a\x85z", "a\xffz", "a\xe3\x80\x80z"}));
  EXPECT_EQ(fields_of("a\0z \0"s), (std::vector<std::string>{"a\0z"s, "\0"s}));
}

TEST(Text, a_field_of_any_length_ends_at_white_space_and_at_nothing_else) {
  for (std::size_t before = 1; before <= 20; ++before) {
    for (int byte = 0; byte < 256; ++byte) {
      const auto begin = std::string(before, 'k');
      const auto end = static_cast<char>(byte) + "\x01wi"s;
      const auto line = begin + end + " rest";
      std::string_view rest = line;
      ASSERT_EQ(take_field(rest), is_space(static_cast<char>(byte)) ? begin : begin + end) << byte;
    }
    std::string_view rest = "kkkkkkkkkkkkkkkkkkkk";
    rest = rest.substr(0, before);
    EXPECT_EQ(take_field(rest).size(), before);
    EXPECT_TRUE(rest.empty());
  }
}

TEST(Text, digits_are_taken_up_to_the_first_other_byte) {
  std::string_view text = "0034.5";
  EXPECT_EQ(take_digits(text), "0034");
  EXPECT_EQ(text, ".5");
  EXPECT_EQ(take_digits(text), "");
  EXPECT_EQ(text, ".5");
}

TEST(Text, a_whole_number_is_digits_only) {
  EXPECT_EQ(parse_whole("0", 20), 0U);
  EXPECT_EQ(parse_whole("20", 20), 20U);
  EXPECT_EQ(parse_whole("007", 20), 7U);
  EXPECT_EQ(parse_whole("00000000000000000000000000000000000000000000000020", 20), 20U);
  EXPECT_EQ(parse_whole("18446744073709551615", std::numeric_limits<std::uint64_t>::max()), 18446744073709551615U);
  for (const auto* text : {"", "+5", "-0", "-1", " 5", "5 ", "5.", "5.0", "1e1", "0x5", "five", "21", "5\xa0",
                           "18446744073709551616", "18446744073709551621", "99999999999999999999999999"}) {
    EXPECT_EQ(parse_whole(text, 20), std::nullopt) << text;
  }
  EXPECT_EQ(parse_whole("5\0"s, 20), std::nullopt);
  EXPECT_EQ(parse_whole("18446744073709551616", std::numeric_limits<std::uint64_t>::max()), std::nullopt);
}

TEST(Text, numbers_are_written_in_plain_digits) {
  std::string out = "n=";
  append_number(out, std::int64_t{0});
  out += ' ';
  append_number(out, std::numeric_limits<std::int64_t>::min());
  out += ' ';
  append_number(out, std::numeric_limits<std::int64_t>::max());
  out += ' ';
  append_number(out, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(out, "n=0 -9223372036854775808 9223372036854775807 18446744073709551615");
}

TEST(Text, what_is_printed_is_one_line_of_ascii_from_which_the_bytes_can_be_told) {
  EXPECT_EQ(printable(""), "log: ");
  EXPECT_EQ(printable("IAMAT kiwi ~"), "log: IAMAT kiwi ~");
  EXPECT_EQ(printable("a\nb\r\t\0\x1b[2J\x7f\x80\xff"s), "log: a\\x0ab\\x0d\\x09\\x00\\x1b[2J\\x7f\\x80\\xff");
  EXPECT_EQ(printable("a\\x0ab"), "log: a\\\\x0ab");
}

TEST(Text, what_is_too_long_to_print_ends_in_dots) {
  EXPECT_EQ(printable("12345", 5), "log: 12345");
  EXPECT_EQ(printable("123456", 5), "log: 12345...");
  EXPECT_EQ(printable("\n\n\n", 2), "log: \\x0a\\x0a...");
}

}  // namespace
}  // namespace herd
