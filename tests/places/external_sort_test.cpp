#include "herd/places/external_sort.h"

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "sample_places.h"

namespace herd::places {
namespace {

using Items = std::vector<std::pair<ExternalSort::Key, std::string>>;

Items sorted(ExternalSort& sort, const Items& items) {
  for (const auto& [key, value] : items) EXPECT_TRUE(sort.add(key, value));
  EXPECT_TRUE(sort.finish());
  Items out;
  for (;;) {
    const auto item = sort.next().value();
    if (!item) break;
    out.emplace_back(item->key, item->value);
  }
  EXPECT_FALSE(sort.next().value());
  return out;
}

TEST(ExternalSort, orders_what_fits_into_memory_without_a_file) {
  ExternalSort sort("/nowhere/at/all", 1'000'000);
  EXPECT_EQ(sorted(sort, {{{2, 0, 0, 0}, "c"}, {{1, 2, 0, 0}, "b"}, {{1, 1, 9, 9}, ""}}),
            (Items{{{1, 1, 9, 9}, ""}, {{1, 2, 0, 0}, "b"}, {{2, 0, 0, 0}, "c"}}));
  EXPECT_EQ(sort.runs(), 0);
  EXPECT_EQ(sort.size(), 3);
}

TEST(ExternalSort, of_nothing_is_nothing) {
  ExternalSort sort("/nowhere/at/all", 0);
  EXPECT_EQ(sorted(sort, {}), Items{});
}

TEST(ExternalSort, orders_what_does_not_fit_and_leaves_no_file) {
  const auto seed = std::random_device{}();
  std::mt19937_64 random(seed);
  Items items;
  for (int i = 0; i < 5000; ++i) {
    const auto length = i % 500 == 0 ? 20'000U : random() % 40;
    items.push_back(
        {{random() % 50, random() % 50, random(), random()}, std::string(length, static_cast<char>(random()))});
  }
  auto expected = items;
  std::ranges::sort(expected);
  for (const std::size_t memory_bytes : {1UL, 3000UL, 100'000UL}) {
    const auto file = temporary_file("runs");
    ExternalSort sort(file, memory_bytes);
    EXPECT_EQ(sorted(sort, items), expected) << "seed " << seed;
    EXPECT_GT(sort.runs(), 1);
    EXPECT_FALSE(std::filesystem::exists(file));
  }
}

TEST(ExternalSort, that_cannot_write_says_so) {
  ExternalSort sort("/nowhere/at/all", 0);
  const auto added = sort.add({}, "x");
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().message,
            "/nowhere/at/all: cannot be written: No such file or directory; choose a folder that exists and may be "
            "written to");
}

}  // namespace
}  // namespace herd::places
