#include "herd/app/replay_progress.h"

#include <gtest/gtest.h>

namespace herd::app {
namespace {

TEST(ReplayProgress, a_line_with_a_bar_and_the_time_left_where_there_is_an_end) {
  EXPECT_EQ(progress_line({300, 45'120, 45'119, 60 * second, 0.25}, 151.6),
            "████░░░░░░░░░░░░ 300 clients  45,120 sent  45,119 answered  152/s  3:00 left");
  EXPECT_EQ(progress_line({1, 0, 0, 0, 0.0}, 0), "░░░░░░░░░░░░░░░░ 1 client  0 sent  0 answered  0/s  0:00");
  EXPECT_EQ(progress_line({1, 9, 9, 9 * second, 1.5}, 1),
            "████████████████ 1 client  9 sent  9 answered  1/s  0:00 left");
}

TEST(ReplayProgress, a_line_with_the_time_gone_by_where_there_is_no_end) {
  EXPECT_EQ(progress_line({300, 5, 4, 3723 * second, std::nullopt}, 150),
            "300 clients  5 sent  4 answered  150/s  1:02:03");
}

}  // namespace
}  // namespace herd::app
