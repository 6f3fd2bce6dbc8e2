#include "herd/net/sha256.h"

#include <gtest/gtest.h>

namespace herd::net {
namespace {

TEST(Sha256, is_that_of_FIPS_180) {
  EXPECT_EQ(hex_of(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex_of(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_of(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, is_read_as_it_is_written) {
  EXPECT_EQ(parse_sha256(hex_of(sha256("abc"))), sha256("abc"));
  EXPECT_EQ(parse_sha256("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"), sha256("abc"));
}

TEST(Sha256, of_other_digits_or_another_length_is_none) {
  const auto good = hex_of(sha256("abc"));
  EXPECT_EQ(parse_sha256(""), std::nullopt);
  EXPECT_EQ(parse_sha256(good + "0"), std::nullopt);
  EXPECT_EQ(parse_sha256(good.substr(1)), std::nullopt);
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const char c : {'g', '/', ':', '@', '`', 'G', ' '}) {
      auto bad = good;
      bad[i] = c;
      EXPECT_EQ(parse_sha256(bad), std::nullopt) << bad;
    }
  }
}

}  // namespace
}  // namespace herd::net
