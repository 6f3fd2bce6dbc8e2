// Attributes and tombstones between neighbours, older ones too.
#include <gtest/gtest.h>

#include "flood/side.h"
#include "herd/wire/attributes.h"

namespace herd::flood {
namespace {

void hear(Side& side, std::string_view client, Time client_time, const wire::Attributes& attributes) {
  const auto line = at_line(side.self.server, client, client_time, noon);
  const auto packed = wire::pack(attributes);
  store::RecordStore::Offer offer{*wire::parse_record(line)};
  offer.record.attributes = packed;
  side.store.report({&offer, 1});
}

TEST(Forgetting, reaches_neighbours_as_reports_do) {
  Side riley("Riley", "Jaquez", 1);
  Side jaquez("Jaquez", "Riley", 2);
  hear(riley, "kiwi", noon, {.accuracy_m = 5});
  connect(riley, jaquez, 0);
  EXPECT_EQ(jaquez.store.find("kiwi"), riley.store.find("kiwi"));
  EXPECT_EQ(jaquez.store.find("kiwi")->attributes, wire::pack({.accuracy_m = 5}));
  ASSERT_TRUE(jaquez.store.forget("kiwi", "Jaquez", noon + second));
  settle(riley, jaquez, second);
  EXPECT_FALSE(riley.knows("kiwi"));
  EXPECT_EQ(riley.store.tombstones(), 1U);
  EXPECT_EQ(table(riley), table(jaquez));
}

TEST(Forgetting, while_cut_off_wins_over_what_the_other_side_was_told_before) {
  Side riley("Riley", "Jaquez", 1);
  Side jaquez("Jaquez", "Riley", 2);
  riley.hear("kiwi", noon);
  riley.hear("emu", noon);
  jaquez.hear("kiwi", noon + second);
  jaquez.hear("emu", noon + 3 * second);
  riley.store.forget("kiwi", "Riley", noon + 2 * second);
  riley.store.forget("emu", "Riley", noon + 2 * second);
  connect(riley, jaquez, 0);
  EXPECT_EQ(table(riley), table(jaquez));
  EXPECT_FALSE(jaquez.knows("kiwi"));
  EXPECT_TRUE(riley.knows("emu"));
}

class OlderNeighbor : public testing::TestWithParam<std::uint8_t> {};

TEST_P(OlderNeighbor, gets_reports_without_attributes_and_no_tombstones_and_there_is_peace) {
  Side riley("Riley", "Jaquez", 1);
  Side jaquez("Jaquez", "Riley", 2, 1, {.version_max = GetParam()});
  hear(riley, "kiwi", noon, {.accuracy_m = 5});
  jaquez.hear("emu", noon);
  riley.hear("rhea", noon);
  connect(riley, jaquez, 0);
  settle(riley, jaquez, second);
  EXPECT_EQ(jaquez.store.find("kiwi"), (store::Sighting{*riley.store.locate("kiwi"), "", 0}));
  EXPECT_EQ(riley.store.find("kiwi")->attributes, wire::pack({.accuracy_m = 5}));

  riley.store.forget("rhea", "Riley", noon + second);
  hear(riley, "kiwi", noon + second, {.accuracy_m = 7});
  settle(riley, jaquez, 2 * second);
  EXPECT_EQ(jaquez.store.locate("kiwi"), riley.store.locate("kiwi"));
  EXPECT_TRUE(jaquez.knows("rhea"));
  EXPECT_FALSE(riley.knows("rhea"));
  EXPECT_EQ(riley.link.unacknowledged(), 0U);
  EXPECT_FALSE(riley.link.has_unsent());

  // What differs is known to differ: nothing is said of it, however long both are silent.
  const auto records_in = riley.link.counters().records_in + jaquez.link.counters().records_in;
  for (Time now = 3 * second; now < 60 * second; now += 100 * millisecond) talk(riley, jaquez, now);
  EXPECT_EQ(riley.link.counters().records_in + jaquez.link.counters().records_in, records_in);
  EXPECT_EQ(riley.link.counters().divergences + jaquez.link.counters().divergences, 0U);

  jaquez.hear("rhea", noon + 5 * second);
  settle(riley, jaquez, 60 * second);
  EXPECT_TRUE(riley.knows("rhea"));
}

INSTANTIATE_TEST_SUITE_P(Link, OlderNeighbor, testing::Values(1, 2, 3));

TEST(Forgetting, comes_to_a_neighbour_that_is_upgraded_and_so_do_attributes) {
  Side riley("Riley", "Jaquez", 1);
  hear(riley, "kiwi", noon, {.accuracy_m = 5});
  riley.hear("rhea", noon);
  Side before("Jaquez", "Riley", 2, 1, {.version_max = 3});
  connect(riley, before, 0);
  riley.store.forget("rhea", "Riley", noon + second);
  settle(riley, before, second);
  Side jaquez("Jaquez", "Riley", 3);
  for (const auto& [client, line] : table(before)) jaquez.learn(line);
  riley.link.disconnect();
  connect(riley, jaquez, 3 * second);
  EXPECT_EQ(table(riley), table(jaquez));
  EXPECT_FALSE(jaquez.knows("rhea"));
  EXPECT_EQ(riley.store.find("kiwi"), jaquez.store.find("kiwi"));
}

// The tombstone that would tell the neighbour is no more: whatever it holds comes back, at both.
TEST(Forgetting, after_longer_than_tombstones_last_tables_are_compared_anew) {
  const store::Tuning tuning{.forget_after = 60 * second, .forget_every = 1};
  Side riley("Riley", "Jaquez", 1, 1, {}, tuning);
  Side jaquez("Jaquez", "Riley", 2, 1, {}, tuning);
  riley.hear("kiwi", noon);
  riley.hear("emu", noon);
  connect(riley, jaquez, second);
  settle(riley, jaquez, 2 * second);
  riley.link.disconnect();
  jaquez.link.disconnect();
  riley.store.forget("kiwi", "Riley", noon + second);
  connect(riley, jaquez, 31 * second);
  settle(riley, jaquez, 32 * second);
  EXPECT_EQ(riley.link.counters().resumes, 1U) << "not away for long";
  EXPECT_FALSE(jaquez.knows("kiwi"));

  riley.link.disconnect();
  jaquez.link.disconnect();
  riley.store.forget("emu", "Riley", noon + 33 * second);
  riley.store.expire(noon + 94 * second);
  jaquez.store.expire(noon + 94 * second);
  EXPECT_EQ(table(riley).size(), 0U);
  connect(riley, jaquez, 94 * second);
  EXPECT_EQ(riley.link.counters().resumes, 1U);
  EXPECT_EQ(table(riley), table(jaquez));
  EXPECT_TRUE(riley.knows("emu"));
}

}  // namespace
}  // namespace herd::flood
