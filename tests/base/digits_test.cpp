#include "herd/base/digits.h"

#include <gtest/gtest.h>
#include <random>
#include <string>

namespace herd {
namespace {

using namespace std::string_literals;

/// "value digits rest" of take_number.
std::string number(std::string_view text, std::uint64_t max) {
  const auto number = take_number(text, max);
  if (!number) return "too much";
  return std::to_string(number->value) + ' ' + std::to_string(number->digits) + ' ' + std::string(text);
}

template <std::size_t Counted>
std::string fraction(std::string_view text) {
  const auto [value, digits] = take_fraction<Counted>(text);
  return std::to_string(value) + ' ' + std::to_string(digits) + ' ' + std::string(text);
}

std::string written(std::uint32_t number) {
  std::string out(8, ' ');
  EXPECT_EQ(store_bytes(out.data(), eight_digits(number)), out.data() + 8);
  return out;
}

TEST(Digits, are_taken_to_the_last_whatever_follows) {
  EXPECT_EQ(number("", 100), "0 0 ");
  EXPECT_EQ(number("kiwi", 100), "0 0 kiwi");
  EXPECT_EQ(number("7", 100), "7 1 ");
  EXPECT_EQ(number("034+5", 100), "34 3 +5");
  EXPECT_EQ(number("12345678", 100'000'000'000), "12345678 8 ");
  EXPECT_EQ(number("12345678901.5", 100'000'000'000), "12345678901 11 .5");
  EXPECT_EQ(number("0000000000000000000000000000000000000000100 ", 100), "100 43  ");
}

TEST(Digits, that_make_more_than_the_greatest_number_are_none) {
  EXPECT_EQ(number("100", 100), "100 3 ");
  EXPECT_EQ(number("101", 100), "too much");
  EXPECT_EQ(number("100000000000", 100'000'000'000), "100000000000 12 ");
  EXPECT_EQ(number("100000000001", 100'000'000'000), "too much");
  EXPECT_EQ(number(std::string(1000, '9'), 100'000'000'000), "too much");
  EXPECT_EQ(number("18446744073709551617", 100), "too much");
}

TEST(Digits, of_a_fraction_count_to_the_seventh_or_ninth) {
  EXPECT_EQ(fraction<7>("+"), "0 0 +");
  EXPECT_EQ(fraction<7>("5"), "5000000 1 ");
  EXPECT_EQ(fraction<7>("1234567-"), "1234567 7 -");
  EXPECT_EQ(fraction<7>("12345678-"), "1234567 8 -");
  EXPECT_EQ(fraction<7>("123456789123456789x"), "1234567 18 x");
  EXPECT_EQ(fraction<9>("5x"), "500000000 1 x");
  EXPECT_EQ(fraction<9>("12345678"), "123456780 8 ");
  EXPECT_EQ(fraction<9>("12345678x"), "123456780 8 x");
  EXPECT_EQ(fraction<9>("123456789"), "123456789 9 ");
  EXPECT_EQ(fraction<9>("1234567899.9"), "123456789 10 .9");
}

TEST(Digits, are_only_those_of_ascii) {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t before = 0; before <= 8; ++before) {
      const auto text = std::string(before, '9') + static_cast<char>(byte) + "88888888";
      std::size_t digits = 0;
      while (digits < 8 && text[digits] >= '0' && text[digits] <= '9') ++digits;
      const auto [value, count] = leading_digits(text);
      ASSERT_EQ(count, digits) << byte << " after " << before;
      ASSERT_EQ(value, digits == 0 ? 0U : std::stoul(text.substr(0, digits))) << byte << " after " << before;
    }
  }
}

TEST(Digits, are_read_to_the_end_of_a_text_and_no_farther) {
  const auto digits = "1234567890"s;
  for (std::size_t size = 1; size <= 8; ++size) {
    const auto [value, count] = leading_digits(std::string_view(digits).substr(0, size));
    EXPECT_EQ(count, size);
    EXPECT_EQ(value, std::stoul(digits.substr(0, size)));
  }
}

TEST(Digits, are_written_eight_at_a_time) {
  EXPECT_EQ(written(0), "00000000");
  EXPECT_EQ(written(12345678), "12345678");
  EXPECT_EQ(written(99999999), "99999999");
  const std::uint64_t seed = 20261122;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int i = 0; i < 100'000; ++i) {
    const auto value = static_cast<std::uint32_t>(random() % 100'000'000);
    const auto text = written(value);
    ASSERT_EQ(std::stoul(text), value);
    ASSERT_EQ(leading_digits(text).value, value);
  }
}

}  // namespace
}  // namespace herd
