#include "herd/store/turns.h"

#include <gtest/gtest.h>

namespace herd::store {
namespace {

TEST(Turns, are_taken_one_after_the_other_in_each_partition) {
  Turns turns(2);
  EXPECT_TRUE(turns.take(0, 1, 5 * second));
  EXPECT_TRUE(turns.take(0, 1, 5 * second)) << "it is still its own";
  EXPECT_FALSE(turns.take(0, 2, 5 * second));
  EXPECT_TRUE(turns.take(1, 2, 5 * second));
  turns.end(0, 2);
  EXPECT_FALSE(turns.take(0, 2, 5 * second)) << "nobody ends another's";
  turns.end(0, 1);
  EXPECT_TRUE(turns.take(0, 2, 5 * second));
}

TEST(Turns, end_after_a_second) {
  Turns turns(1);
  EXPECT_TRUE(turns.take(0, 1, 5 * second));
  EXPECT_TRUE(turns.take(0, 1, 5 * second + 999 * millisecond));
  EXPECT_FALSE(turns.take(0, 2, 5 * second + 999 * millisecond));
  EXPECT_TRUE(turns.take(0, 2, 6 * second));
  EXPECT_FALSE(turns.take(0, 1, 6 * second));
}

}  // namespace
}  // namespace herd::store
