#include "herd/wire/posix_time.h"

#include <gtest/gtest.h>
#include <limits>

namespace herd::wire {
namespace {

using namespace std::string_literals;

std::string difference(Duration difference) {
  std::string out = "x";
  append_difference(out, difference);
  return out.substr(1);
}

TEST(PosixTime, is_seconds_with_an_optional_fraction) {
  EXPECT_EQ(parse_posix_time("1621464827"), 1621464827'000000000);
  EXPECT_EQ(parse_posix_time("1621464827.5"), 1621464827'500000000);
  EXPECT_EQ(parse_posix_time("1621464827.9594985"), 1621464827'959498500);
  EXPECT_EQ(parse_posix_time("1621464827.959498503"), 1621464827'959498503);
  EXPECT_EQ(parse_posix_time("0"), 0);
  EXPECT_EQ(parse_posix_time("0.000000001"), 1);
  EXPECT_EQ(parse_posix_time("0000000000000000000000000000000001621464827.5"), 1621464827'500000000);
}

TEST(PosixTime, may_end_in_a_dot) {
  EXPECT_EQ(parse_posix_time("1651567233."), 1651567233'000000000);
}

TEST(PosixTime, counts_to_the_ninth_digit_of_its_fraction) {
  EXPECT_EQ(parse_posix_time("1621464827.9594985039"), 1621464827'959498503);
  EXPECT_EQ(parse_posix_time("1621464827.999999999999999999999999999"), 1621464827'999999999);
  EXPECT_EQ(parse_posix_time("0.0000000009"), 0);
}

TEST(PosixTime, ends_with_the_last_whole_second_of_int64_nanoseconds) {
  EXPECT_EQ(parse_posix_time("9223372035"), 9223372035'000000000);
  EXPECT_EQ(parse_posix_time("9223372035.9999999999"), 9223372035'999999999);
  for (const auto* text : {"9223372036", "9223372036.0", "10000000000", "9223372036854775807", "9223372036854775808",
                           "18446744073709551617", "99999999999999999999999999999999999999"}) {
    EXPECT_EQ(parse_posix_time(text), std::nullopt) << text;
  }
}

TEST(PosixTime, is_nothing_else) {
  for (const auto* text :
       {"",      ".",      ".5",    "+1621464827",  "-1621464827", "-0",       "-1.5",       "nan",          "inf",
        "-inf",  "0x60a5", "1.6e9", "1e9",          "12:34",       "12:34:56", "2021-05-19", "1621464827,5", "1..5",
        "1.5.",  "1.5.5",  "1. ",   " 1",           "1 ",          "1\n",      "1s",         "1.-5",         "1.+5",
        "1_000", "1\xa0",  "5-",    "\xef\xbc\x91", "1'000"}) {
    EXPECT_EQ(parse_posix_time(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_posix_time("1\0"s), std::nullopt);
}

TEST(Difference, has_always_a_sign_and_nine_fraction_digits) {
  EXPECT_EQ(difference(263873386), "+0.263873386");
  EXPECT_EQ(difference(-263873386), "-0.263873386");
  EXPECT_EQ(difference(0), "+0.000000000");
  EXPECT_EQ(difference(1), "+0.000000001");
  EXPECT_EQ(difference(-1), "-0.000000001");
  EXPECT_EQ(difference(60 * second), "+60.000000000");
  EXPECT_EQ(difference(-second), "-1.000000000");
  EXPECT_EQ(difference(1621464827'959498503), "+1621464827.959498503");
}

TEST(Difference, is_written_in_full_however_great) {
  EXPECT_EQ(difference(std::numeric_limits<Duration>::max()), "+9223372036.854775807");
  EXPECT_EQ(difference(std::numeric_limits<Duration>::min()), "-9223372036.854775808");
}

TEST(Difference, comes_back) {
  for (const Duration each :
       {Duration{0}, Duration{1}, Duration{-1}, second, -second, Duration{263873386}, Duration{-1621464827'959498503},
        Duration{9223372035'999999999}, Duration{-9223372035'999999999}}) {
    EXPECT_EQ(parse_difference(difference(each)), each);
  }
}

TEST(Difference, is_read_only_as_it_is_written) {
  for (const auto* text : {"",
                           "+",
                           "-",
                           "0.000000001",
                           "+0",
                           "+0.",
                           "+0.5",
                           "+0.00000001",
                           "+0.0000000001",
                           "+00.000000001",
                           "+01.000000000",
                           "-0.000000000",
                           "+.000000001",
                           "++0.000000001",
                           "+-0.000000001",
                           "+0,000000001",
                           "+0.00000000x",
                           "+0.000000001 ",
                           " +0.000000001",
                           "+1e0.00000000",
                           "+0.0000.00001",
                           "+nan",
                           "+inf",
                           "+9223372036.000000000",
                           "-99999999999999999999.000000000"}) {
    EXPECT_EQ(parse_difference(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace herd::wire
