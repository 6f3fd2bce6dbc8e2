#include "herd/simulation/scale.h"

#include <gtest/gtest.h>

namespace herd::simulation {
namespace {

TEST(Scale, a_tree_copies_a_report_once_to_each_server) {
  const auto row = measure(binary_tree(10));
  EXPECT_EQ(row.failure, "");
  EXPECT_EQ(row.copies, 9);
  EXPECT_EQ(row.hops, 5U);
  EXPECT_GE(row.median_to_last, 3 * millisecond);
  EXPECT_LE(row.longest_to_last, 8 * millisecond);
}

TEST(Scale, a_server_that_was_away_gets_little_more_than_it_lacks) {
  const auto row = measure(ring(10));
  EXPECT_EQ(row.failure, "");
  EXPECT_LE(row.copies, 11);
  EXPECT_LE(row.received_when_empty, row.lacked_when_empty * 3);
  EXPECT_GT(row.received_when_empty, row.lacked_when_empty);
  EXPECT_LE(row.received_when_cut_off, row.lacked_when_cut_off * 3);
  EXPECT_GT(row.received_when_cut_off, row.lacked_when_cut_off);
}

TEST(Scale, lines_are_those_of_a_table) {
  ScaleRow row{.shape = "ring",
               .servers = 10,
               .links = 10,
               .copies = 10.84,
               .messages = 15.2,
               .bytes = 970.9,
               .hops = 5,
               .median_to_last = 5'720'000,
               .longest_to_last = 5'990'000,
               .lacked_when_empty = 1000,
               .received_when_empty = 1060,
               .lacked_when_cut_off = 100,
               .received_when_cut_off = 250,
               .failure = {}};
  EXPECT_EQ(scale_line(row), "| ring | 10 | 10 | 10.8 (11) | 15.2 | 970 | 5 | 5.7, 5.9 | 1060 (1.06) | 250 (2.50) |\n");
  row.failure = "why";
  EXPECT_TRUE(scale_line(row).ends_with("| FAILED: why\n"));
}

}  // namespace
}  // namespace herd::simulation
