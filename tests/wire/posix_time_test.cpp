#include "herd/wire/posix_time.h"

#include <gtest/gtest.h>
#include <limits>
#include <map>
#include <optional>
#include <ostream>
#include <random>
#include <string>
#include <utility>

namespace herd::wire {

static std::ostream& operator<<(std::ostream& out, const WrittenTime& written) {
  return out << written.time << " style " << int{written.style.bits};
}

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

std::string written_again(std::string_view text) {
  const auto written = parse_written_posix_time(text);
  if (!written) return "refused";
  if (written->style.is_verbatim()) return "verbatim";
  std::string out = "x";
  append_posix_time(out, *written);
  return out.substr(1);
}

TEST(WrittenTime, is_written_again_byte_for_byte) {
  for (const auto* text :
       {"1621464827.959498503", "1621464827", "1651567233.", "0", "0.", "0.0", "0.000000000", "0.000000001", "7.5",
        "10.50", "1.123", "1.1234", "1.12345", "1.123456", "1.1234567", "1.12345678", "9223372035.999999999"}) {
    EXPECT_EQ(written_again(text), text);
  }
}

TEST(WrittenTime, is_verbatim_when_its_number_cannot_say_how_it_was_written) {
  for (const auto* text : {"007", "00", "00.5", "01621464827.5", "1.0000000000", "1621464827.9594985031"}) {
    EXPECT_EQ(written_again(text), "verbatim") << text;
  }
}

TEST(WrittenTime, has_the_documented_style) {
  EXPECT_EQ(parse_written_posix_time("5"), (WrittenTime{5 * second, {1}}));
  EXPECT_EQ(parse_written_posix_time("5."), (WrittenTime{5 * second, {2}}));
  EXPECT_EQ(parse_written_posix_time("5.0"), (WrittenTime{5 * second, {3}}));
  EXPECT_EQ(parse_written_posix_time("5.000000001"), (WrittenTime{5 * second + 1, {11}}));
  EXPECT_EQ(parse_written_posix_time("05"), (WrittenTime{5 * second, {0}}));
}

TEST(WrittenTime, comes_from_no_text_with_number_and_style_at_odds) {
  const Time last = posix_seconds_max * second + 999'999'999;
  EXPECT_TRUE(is_canonical({last, {11}}));
  EXPECT_FALSE(is_canonical({last + 1, {11}}));
  EXPECT_FALSE(is_canonical({-1, {11}}));
  EXPECT_FALSE(is_canonical({-second, {1}}));
  EXPECT_FALSE(is_canonical({second, {0}}));
  EXPECT_FALSE(is_canonical({second, {12}}));
  EXPECT_FALSE(is_canonical({second + 1, {1}}));
  EXPECT_FALSE(is_canonical({second + 1, {2}}));
  EXPECT_FALSE(is_canonical({second + 1, {10}}));
  EXPECT_FALSE(is_canonical({second + 10, {9}}));
  EXPECT_TRUE(is_canonical({second + 10, {10}}));
}

TEST(WrittenTime, is_told_apart_from_every_other_text) {
  const std::uint64_t seed = 20261122;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::map<std::pair<Time, std::uint8_t>, std::string> texts;
  std::size_t verbatim = 0;
  for (int i = 0; i < 50'000; ++i) {
    auto text = std::to_string(random() % (random() % 2 == 0 ? 20 : std::uint64_t{posix_seconds_max} + 2));
    if (random() % 8 == 0) text.insert(0, random() % 4, '0');
    if (random() % 4 != 0) text += '.';
    if (random() % 4 != 0) text.append(random() % 12, static_cast<char>('0' + random() % 2));
    if (random() % 8 == 0) text[random() % text.size()] = "+-.0159e "[random() % 9];
    const auto written = parse_written_posix_time(text);
    ASSERT_EQ(parse_posix_time(text), written ? std::optional(written->time) : std::nullopt) << text;
    if (!written) continue;
    if (written->style.is_verbatim()) {
      ++verbatim;
      continue;
    }
    ASSERT_TRUE(is_canonical(*written)) << text;
    ASSERT_EQ(written_again(text), text);
    const auto [at, is_new] = texts.try_emplace({written->time, written->style.bits}, text);
    ASSERT_EQ(at->second, text);
  }
  EXPECT_GT(texts.size(), 10'000U);
  EXPECT_GT(verbatim, 2'000U);
}

TEST(WrittenTime, that_is_canonical_comes_back_from_its_text_with_any_style) {
  const Time last = posix_seconds_max * second + 999'999'999;
  std::size_t canonical = 0;
  for (Time step = 1; step < 1'000'000'000'000'000'000; step *= 10) {
    for (const Time time : {step, step - 1, -step, last - step, last - step + 1}) {
      for (unsigned bits = 0; bits < 1U << TimeStyle::width; ++bits) {
        const WrittenTime written{time, {static_cast<std::uint8_t>(bits)}};
        if (!is_canonical(written)) continue;
        ++canonical;
        std::string text;
        append_posix_time(text, written);
        ASSERT_EQ(parse_written_posix_time(text), written) << text;
      }
    }
  }
  EXPECT_GT(canonical, 200U);
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
