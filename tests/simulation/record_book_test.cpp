#include "herd/simulation/record_book.h"

#include <gtest/gtest.h>

namespace herd::simulation {
namespace {

TEST(RecordBook, knows_a_record_by_its_bytes) {
  RecordBook book;
  const auto id = book.add("A", 3, 1'700'000'000 * second, 1'700'000'000 * second + 250 * millisecond, 0);
  EXPECT_EQ(book[id].bytes, "AT A +0.250000000 c3 +34.068930-118.445127 1700000000");
  EXPECT_EQ(book[id].client, 3U);
  EXPECT_EQ(book.find(book[id].bytes), id);
  EXPECT_EQ(book.find("AT B +0.250000000 c3 +34.068930-118.445127 1700000000"), RecordBook::none);
  EXPECT_EQ(book.add("A", 3, 1'700'000'000 * second, 1'700'000'000 * second + 250 * millisecond, 0), id);
  EXPECT_EQ(book.size(), 1U);
}

TEST(RecordBook, still_knows_all_of_many) {
  RecordBook book;
  for (std::uint32_t i = 0; i < 1000; ++i) ASSERT_EQ(book.add("A", i, i, second, i), i);
  for (std::uint32_t i = 0; i < 1000; ++i) ASSERT_EQ(book.find(book[i].bytes), i);
}

TEST(RecordBook, orders_records_as_the_herd_does) {
  RecordBook book;
  const auto older = book.add("A", 1, 10 * second, 20 * second, 0);
  const auto newer = book.add("A", 1, 11 * second, 20 * second, 0);
  const auto heard_earlier = book.add("B", 1, 11 * second, 19 * second, 0);
  EXPECT_TRUE(book.is_older(older, newer));
  EXPECT_FALSE(book.is_older(newer, older));
  EXPECT_TRUE(book.is_older(newer, heard_earlier));
  EXPECT_FALSE(book.is_older(newer, newer));
  EXPECT_TRUE(book.is_older(RecordBook::none, older));
  EXPECT_FALSE(book.is_older(older, RecordBook::none));
  EXPECT_FALSE(book.is_older(RecordBook::none, RecordBook::none));
}

}  // namespace
}  // namespace herd::simulation
