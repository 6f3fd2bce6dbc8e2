#include "herd/app/progress_text.h"

#include "gtest/gtest.h"

namespace herd::app {
namespace {

TEST(ProgressText, groups_digits_by_three) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1'234'567), "1,234,567");
  EXPECT_EQ(grouped(1, "client"), "1 client");
  EXPECT_EQ(grouped(1'234'567, "client"), "1,234,567 clients");
}

TEST(ProgressText, says_how_long_and_how_much_longer) {
  EXPECT_EQ(minutes_and_seconds(7 * second), "0:07");
  EXPECT_EQ(minutes_and_seconds(3723 * second), "1:02:03");
  EXPECT_EQ(time_left(10 * second, 0.25), "0:30 left");
  EXPECT_EQ(time_left(10 * second, 1), "0:00 left");
  EXPECT_EQ(time_left(10 * second, 0), "");
}

TEST(ProgressText, draws_a_bar_of_sixteen_characters) {
  EXPECT_EQ(progress_bar(0), "░░░░░░░░░░░░░░░░");
  EXPECT_EQ(progress_bar(0.25), "████░░░░░░░░░░░░");
  EXPECT_EQ(progress_bar(2), "████████████████");
}

}  // namespace
}  // namespace herd::app
