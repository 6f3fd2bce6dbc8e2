#include "herd/wire/decimal.h"

#include <cstdio>
#include <cstdlib>
#include <gtest/gtest.h>
#include <random>

namespace herd::wire {
namespace {

std::string signed_decimal(std::string_view number) {
  std::string out = "<";
  if (!append_signed_decimal(out, number)) return out == "<" ? "refused" : "refused, but appended";
  return out.substr(1);
}

TEST(SignedDecimal, has_the_digits_that_were_written) {
  EXPECT_EQ(signed_decimal("-118.445127"), "-118.445127");
  EXPECT_EQ(signed_decimal("34.068930"), "+34.068930");
  EXPECT_EQ(signed_decimal("+34.0"), "+34.0");
  EXPECT_EQ(signed_decimal("0"), "+0");
  EXPECT_EQ(signed_decimal("-0.0"), "-0.0");
  EXPECT_EQ(signed_decimal("007"), "+007");
}

TEST(SignedDecimal, has_digits_on_both_sides_of_its_dot) {
  EXPECT_EQ(signed_decimal(".5"), "+0.5");
  EXPECT_EQ(signed_decimal("-.5"), "-0.5");
  EXPECT_EQ(signed_decimal("5."), "+5");
}

TEST(SignedDecimal, has_no_exponent) {
  EXPECT_EQ(signed_decimal("5.0E-5"), "+0.000050");
  EXPECT_EQ(signed_decimal("1.25e1"), "+12.5");
  EXPECT_EQ(signed_decimal("1.25e+2"), "+125");
  EXPECT_EQ(signed_decimal("1.25e3"), "+1250");
  EXPECT_EQ(signed_decimal("-125e-1"), "-12.5");
  EXPECT_EQ(signed_decimal("-125e-3"), "-0.125");
  EXPECT_EQ(signed_decimal("125e-4"), "+0.0125");
  EXPECT_EQ(signed_decimal("1e0"), "+1");
  EXPECT_EQ(signed_decimal("1.5e-0"), "+1.5");
  EXPECT_EQ(signed_decimal("1e007"), "+10000000");
  EXPECT_EQ(signed_decimal(".5e1"), "+5");
  EXPECT_EQ(signed_decimal("5.e-1"), "+0.5");
}

TEST(SignedDecimal, is_made_of_numbers_only) {
  for (const auto* const text :
       {"",   "+", "-",  ".",  "-.",  "e",     "e5",  ".e5", "1e",  "1e+",   "1e-", "1e1.5", "1ee1",  "1e1e1",
        "1x", "x", " 1", "1 ", "1,5", "1.2.3", "+-1", "--1", "0x1", "1e+-1", "nan", "inf",   "1_000", "\xEF\xBC\x91"}) {
    EXPECT_EQ(signed_decimal(text), "refused") << text;
  }
  EXPECT_EQ(signed_decimal(std::string_view("1\0", 2)), "refused");
}

TEST(SignedDecimal, has_60_digits_and_no_more) {
  const std::string sixty(60, '1');
  EXPECT_EQ(signed_decimal(sixty), '+' + sixty);
  EXPECT_EQ(signed_decimal(sixty + '1'), "refused");
  EXPECT_EQ(signed_decimal("1e59"), "+1" + std::string(59, '0'));
  EXPECT_EQ(signed_decimal("1e60"), "refused");
  EXPECT_EQ(signed_decimal("1e-59"), "+0." + std::string(58, '0') + "1");
  EXPECT_EQ(signed_decimal("1e-60"), "refused");
  EXPECT_EQ(signed_decimal("1e99999999999999999999999"), "refused");
  EXPECT_EQ(signed_decimal(std::string(1'000'000, '1')), "refused");
}

TEST(SignedDecimal, is_the_number_that_any_program_wrote) {
  constexpr unsigned seed = 6;
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> degrees(-180, 180);
  std::uniform_int_distribution<int> smaller(0, 8);
  for (int i = 0; i < 10'000; ++i) {
    double number = degrees(random);
    for (int tens = smaller(random); tens > 0; --tens) number /= 10;
    for (const auto* const format : {"%.17g", "%.16e", "%.20f", "%.3E"}) {
      std::array<char, 64> text{};
      const auto size = std::snprintf(text.data(), text.size(), format, number);
      const std::string_view written(text.data(), static_cast<std::size_t>(size));
      const auto plain = signed_decimal(written);
      EXPECT_EQ(plain.find_first_not_of("0123456789.", 1), std::string::npos) << plain;
      EXPECT_EQ(std::strtod(plain.c_str(), nullptr), std::strtod(text.data(), nullptr)) << written << ", seed " << seed;
    }
  }
}

}  // namespace
}  // namespace herd::wire
