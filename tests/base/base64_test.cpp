#include "herd/base/base64.h"

#include <array>
#include <gtest/gtest.h>
#include <vector>

namespace herd {
namespace {

// RFC 4648 section 10.
TEST(Base64, is_that_of_RFC_4648) {
  EXPECT_EQ(decode_base64(""), "");
  EXPECT_EQ(decode_base64("Zg=="), "f");
  EXPECT_EQ(decode_base64("Zm8="), "fo");
  EXPECT_EQ(decode_base64("Zm9v"), "foo");
  EXPECT_EQ(decode_base64("Zm9vYg=="), "foob");
  EXPECT_EQ(decode_base64("Zm9vYmFy"), "foobar");
  EXPECT_EQ(decode_base64("+/8A"), std::string("\xfb\xff\0", 3));
}

TEST(Base64, is_written_as_it_is_read) {
  std::string bytes;
  for (int size = 0; size < 300; ++size) {
    const std::vector<unsigned char> written(bytes.begin(), bytes.end());
    EXPECT_EQ(decode_base64(base64(written)), bytes);
    bytes += static_cast<char>(size * 7);
  }
  EXPECT_EQ(base64(std::array<unsigned char, 4>{0xfb, 0xff, 0x00, 'f'}), "+/8AZg==");
}

TEST(Base64, that_is_none_is_refused) {
  for (const auto* text : {"Z", "Zg", "Zg=", "=", "==", "====", "Z===", "Z=g=", "Zg==Zg==", "Zm 9v", "Zm9v\n", " Zm9v",
                           "Zm9-", "Zm9_", "Zm9v=", "\xff\xff\xff\xff"}) {
    EXPECT_EQ(decode_base64(text), std::nullopt) << text;
  }
}

TEST(Base64, for_addresses_has_no_plus_no_slash_and_no_padding) {
  EXPECT_EQ(base64url(std::array<unsigned char, 3>{0xfb, 0xff, 0x00}), "-_8A");
  EXPECT_EQ(base64url(std::array<unsigned char, 1>{'f'}), "Zg");
  EXPECT_EQ(base64url(std::array<unsigned char, 2>{'f', 'o'}), "Zm8");
  EXPECT_EQ(base64url({}), "");
}

}  // namespace
}  // namespace herd
