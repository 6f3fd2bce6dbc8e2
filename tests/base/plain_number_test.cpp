#include "herd/base/plain_number.h"

#include <gtest/gtest.h>

namespace herd {
namespace {

std::string plain(double number, int fraction_digits_max) {
  std::string out;
  append_plain(out, number, fraction_digits_max);
  return out;
}

TEST(PlainNumber, has_no_exponent_and_no_zeros_at_its_end) {
  EXPECT_EQ(plain(1.2, 3), "1.2");
  EXPECT_EQ(plain(1200, 3), "1200");
  EXPECT_EQ(plain(-0.2503, 2), "-0.25");
  EXPECT_EQ(plain(0.0004, 3), "0");
  EXPECT_EQ(plain(-0.0004, 3), "0");
  EXPECT_EQ(plain(1e21, 6), "1000000000000000000000");
  EXPECT_EQ(plain(10, 0), "10");
}

}  // namespace
}  // namespace herd
