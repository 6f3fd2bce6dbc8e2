#include "herd/base/result.h"

#include <gtest/gtest.h>

namespace herd {
namespace {

TEST(Result, is_a_value_or_the_reason_there_is_none) {
  const Result<int> good = 5;
  const Result<int> bad = Error{"herd.toml:3: no port; write 127.0.0.1:12000"};
  ASSERT_TRUE(good);
  EXPECT_EQ(*good, 5);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error(), (Error{"herd.toml:3: no port; write 127.0.0.1:12000"}));
}

TEST(Result, throws_the_reason_when_the_value_is_asked_for_in_vain) {
  const Result<int> bad = Error{"herd.toml:3: no port; write 127.0.0.1:12000"};
  try {
    static_cast<void>(bad.value());
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "herd.toml:3: no port; write 127.0.0.1:12000");
  }
}

}  // namespace
}  // namespace herd
