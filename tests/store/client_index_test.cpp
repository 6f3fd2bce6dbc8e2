#include "herd/store/client_index.h"

#include <functional>
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>

namespace herd::store {
namespace {

ClientIndex::Hash hash_of(std::string_view client) {
  return std::hash<std::string_view>{}(client);
}

constexpr auto always = [](std::uint32_t) { return true; };

auto is(std::uint32_t wanted) {
  return [wanted](std::uint32_t slot) { return slot == wanted; };
}

TEST(ClientIndex, that_is_empty_finds_nothing) {
  const ClientIndex index;
  EXPECT_EQ(index.find(hash_of("kiwi"), always), std::nullopt);
}

TEST(ClientIndex, finds_what_was_put_in_and_nothing_else) {
  ClientIndex index;
  index.insert(hash_of("kiwi"), 7);
  EXPECT_EQ(index.find(hash_of("kiwi"), always), 7U);
  EXPECT_EQ(index.find(hash_of("kiwi"), is(8)), std::nullopt);
  EXPECT_EQ(index.find(hash_of("emu"), always), std::nullopt);
}

TEST(ClientIndex, asks_which_of_the_slots_of_equal_hashes_is_meant) {
  ClientIndex index;
  for (std::uint32_t slot = 0; slot < 300; ++slot) index.insert(0xabcdef, slot);
  for (std::uint32_t slot = 0; slot < 300; ++slot) ASSERT_EQ(index.find(0xabcdef, is(slot)), slot);
  EXPECT_EQ(index.find(0xabcdef, is(300)), std::nullopt);
}

TEST(ClientIndex, finds_slots_whose_places_are_taken_and_wrap_around) {
  ClientIndex index;
  // All of them want the last place of any table of up to 65,536 entries.
  for (std::uint32_t slot = 0; slot < 300; ++slot) index.insert((ClientIndex::Hash{slot} << 16U) | 0xffffU, slot);
  for (std::uint32_t slot = 0; slot < 300; ++slot) {
    ASSERT_EQ(index.find((ClientIndex::Hash{slot} << 16U) | 0xffffU, always), slot);
  }
  EXPECT_EQ(index.find((ClientIndex::Hash{300} << 16U) | 0xffffU, always), std::nullopt);
  EXPECT_EQ(index.find(0, always), std::nullopt);
}

TEST(ClientIndex, asks_not_for_slots_of_other_hashes) {
  ClientIndex index;
  for (std::uint32_t slot = 0; slot < 1000; ++slot) index.insert(slot * 0x9e3779b9U, slot);
  std::size_t asked = 0;
  index.find(500 * 0x9e3779b9U, [&](std::uint32_t) { return ++asked == 0; });
  EXPECT_EQ(asked, 1U);
}

TEST(ClientIndex, grows_by_moving_a_few_thousand_entries_at_most_be_they_as_alike_as_can_be) {
  ClientIndex index;
  // So many of one tag cannot be told apart by any number of segments.
  for (std::uint32_t slot = 0; slot < 10'000; ++slot) index.insert(7, slot);
  EXPECT_EQ(index.find(7, is(9'999)), 9'999U);
  EXPECT_EQ(index.find(7, is(10'000)), std::nullopt);
  for (std::uint32_t slot = 10'000; slot < 30'000; ++slot) index.insert(slot * 0x9e3779b97f4a7c15U, slot);
  for (std::uint32_t slot = 10'000; slot < 30'000; ++slot) {
    ASSERT_EQ(index.find(slot * 0x9e3779b97f4a7c15U, is(slot)), slot);
  }
}

TEST(ClientIndex, finds_every_one_of_many_clients_while_it_grows) {
  const std::uint64_t seed = 20260504;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  ClientIndex index;
  std::vector<std::string> clients;  // by slot
  std::unordered_map<std::string, std::uint32_t> expected;
  const auto find = [&](const std::string& client) {
    return index.find(hash_of(client), [&](std::uint32_t slot) { return clients[slot] == client; });
  };
  for (int i = 0; i < 200'000; ++i) {
    const auto client = std::to_string(random() % 100'000);
    const auto known = expected.find(client);
    const auto found = find(client);
    ASSERT_EQ(found.has_value(), known != expected.end());
    if (found) {
      ASSERT_EQ(*found, known->second);
    } else {
      const auto slot = static_cast<std::uint32_t>(clients.size());
      clients.push_back(client);
      expected.emplace(client, slot);
      index.insert(hash_of(client), slot);
    }
  }
  for (const auto& [client, slot] : expected) ASSERT_EQ(find(client), slot);
}

}  // namespace
}  // namespace herd::store
