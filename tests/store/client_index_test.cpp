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

TEST(ClientIndex, finds_those_whose_way_leads_over_places_that_were_given_up) {
  ClientIndex index;
  // All want the last place or the first, so the run of them wraps around.
  const auto hash = [](std::uint32_t slot) {
    return (ClientIndex::Hash{slot} << 16U) | (slot % 3 == 0 ? 0U : 0xffffU);
  };
  for (std::uint32_t slot = 0; slot < 300; ++slot) index.insert(hash(slot), slot);
  for (std::uint32_t slot = 0; slot < 300; slot += 2) index.erase(hash(slot), slot);
  for (std::uint32_t slot = 0; slot < 300; ++slot) {
    ASSERT_EQ(index.find(hash(slot), is(slot)).has_value(), slot % 2 == 1) << slot;
  }
}

TEST(ClientIndex, holds_what_a_map_holds_whatever_is_put_in_and_taken_out) {
  const std::uint64_t seed = 20261123;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (const std::uint64_t hashes : {10U, 300U, 100'000U}) {
    ClientIndex index;
    std::unordered_map<std::uint32_t, ClientIndex::Hash> model;  // by slot
    for (int i = 0; i < 60'000; ++i) {
      const auto slot = static_cast<std::uint32_t>(random() % 20'000);
      if (const auto known = model.find(slot); known != model.end()) {
        index.erase(known->second, slot);
        model.erase(known);
      } else {
        // Many of few hashes, and all with the same lowest bits: runs are long and wrap around.
        const auto hash = random() % hashes * 0x9e3779b97f4a7c15U | (hashes == 300 ? 0xfffU : 0U);
        if (hashes <= 300 && model.size() > 500) continue;
        index.insert(hash, slot);
        model.emplace(slot, hash);
      }
      if (i % 5000 != 0) continue;
      for (const auto& [held, hash] : model) ASSERT_EQ(index.find(hash, is(held)), held);
    }
    std::size_t found = 0;
    for (std::uint32_t slot = 0; slot < 20'000; ++slot) {
      const auto known = model.find(slot);
      const auto hash = known == model.end() ? slot * 0x9e3779b97f4a7c15U : known->second;
      found += index.find(hash, is(slot)) ? 1 : 0;
    }
    EXPECT_EQ(found, model.size());
  }
}

}  // namespace
}  // namespace herd::store
