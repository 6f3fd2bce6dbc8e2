#include "herd/app/restart_backoff.h"

#include <gtest/gtest.h>

namespace herd::app {
namespace {

TEST(RestartBackoff, doubles_from_a_fifth_of_a_second_to_five_seconds) {
  RestartBackoff backoff;
  EXPECT_EQ(backoff.after_life(0), 200 * millisecond);
  EXPECT_EQ(backoff.after_life(9 * second), 400 * millisecond);
  EXPECT_EQ(backoff.after_life(0), 800 * millisecond);
  EXPECT_EQ(backoff.after_life(0), 1600 * millisecond);
  EXPECT_EQ(backoff.after_life(0), 3200 * millisecond);
  EXPECT_EQ(backoff.after_life(0), 5 * second);
  EXPECT_EQ(backoff.after_life(0), 5 * second);
}

TEST(RestartBackoff, starts_anew_once_the_server_has_lived_for_ten_seconds) {
  RestartBackoff backoff;
  backoff.after_life(0);
  backoff.after_life(0);
  EXPECT_EQ(backoff.after_life(10 * second), 200 * millisecond);
  EXPECT_EQ(backoff.after_life(0), 400 * millisecond);
}

}  // namespace
}  // namespace herd::app
