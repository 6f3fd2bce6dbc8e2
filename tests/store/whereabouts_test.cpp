#include "herd/store/whereabouts.h"

#include <gtest/gtest.h>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "store/reports.h"

namespace herd::store {
namespace {

std::string line_at(std::string_view client, std::string_view location, std::size_t time) {
  return std::string("AT Riley +0.000000001 ")
      .append(client)
      .append(" ")
      .append(location)
      .append(" ")
      .append(std::to_string(time));
}

void hear(RecordStore& store, const std::string& line) {
  RecordStore::Offer offer{wire::parse_record(line).value()};
  store.report({&offer, 1});
}

void catch_up(Whereabouts& whereabouts) {
  auto looks_left = std::numeric_limits<std::size_t>::max();
  EXPECT_TRUE(whereabouts.catch_up(looks_left));
}

geo::Location location(std::string_view text) {
  return geo::parse_iso6709(text).value();
}

struct WhereaboutsTest : testing::Test {
  RecordStore store{"ucla", 16, 1};
  Whereabouts whereabouts{store};

  std::vector<std::string> lines_near(std::string_view center, double radius_m, std::size_t count_max) {
    catch_up(whereabouts);
    std::vector<std::string> lines;
    for (const auto& near : whereabouts.nearest(location(center), radius_m, count_max, {}).clients)
      lines.push_back(near.line);
    return lines;
  }
};

TEST_F(WhereaboutsTest, tells_who_is_nearest_first_and_how_far) {
  hear(store, line_at("far", "+0.2+0", 1));
  hear(store, line_at("near", "+0.01+0", 1));
  hear(store, line_at("middle", "+0.1+0", 1));
  catch_up(whereabouts);
  const auto found = whereabouts.nearest(location("+0+0"), 15'000, 5, {}).clients;
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].line, line_at("near", "+0.01+0", 1));
  EXPECT_EQ(found[0].record().location, location("+0.01+0"));
  EXPECT_NEAR(found[0].distance_m, 1111.95, 0.01);
  EXPECT_EQ(found[1].line, line_at("middle", "+0.1+0", 1));
  EXPECT_EQ(lines_near("+0+0", 15'000, 1), std::vector{line_at("near", "+0.01+0", 1)});
}

TEST_F(WhereaboutsTest, follows_those_who_move_and_not_those_who_are_late) {
  hear(store, line_at("kiwi", "+1+1", 5));
  EXPECT_EQ(lines_near("+1+1", 10, 5), std::vector{line_at("kiwi", "+1+1", 5)});
  hear(store, line_at("kiwi", "+2+2", 6));
  EXPECT_EQ(lines_near("+1+1", 10, 5), std::vector<std::string>());
  EXPECT_EQ(lines_near("+2+2", 10, 5), std::vector{line_at("kiwi", "+2+2", 6)});
  hear(store, line_at("kiwi", "+1+1", 4));
  EXPECT_EQ(lines_near("+2+2", 10, 5), std::vector{line_at("kiwi", "+2+2", 6)});
}

TEST_F(WhereaboutsTest, knows_of_those_whom_neighbours_heard) {
  const auto line = line_at("kiwi", "+1+1", 5);
  RecordStore::Offer offer{wire::parse_record(line).value()};
  ASSERT_TRUE(store.take(store.partition_of("kiwi"), {&offer, 1}, 1));
  EXPECT_EQ(lines_near("+1+1", 10, 5), std::vector{line});
}

TEST_F(WhereaboutsTest, tells_who_is_in_a_box_and_whether_these_are_all) {
  for (std::size_t i = 0; i < 20; ++i) hear(store, line_at(client_name(i), "+1.5-179.9", 5));
  hear(store, line_at("kiwi", "+1.5+179.9", 5));
  hear(store, line_at("emu", "+1.5+0", 5));
  catch_up(whereabouts);
  const geo::Box box{location("+1+179"), location("+2-179")};
  EXPECT_EQ(whereabouts.within(box, 100, {}).clients.size(), 21U);
  EXPECT_TRUE(whereabouts.within(box, 100, {}).is_all);
  EXPECT_EQ(whereabouts.within(box, 10, {}).clients.size(), 10U);
  EXPECT_FALSE(whereabouts.within(box, 10, {}).is_all);
}

TEST_F(WhereaboutsTest, looks_at_no_more_slots_at_a_time_than_it_may) {
  for (std::size_t i = 0; i < 5000; ++i) hear(store, line_at(client_name(i), "+1+1", 5));
  std::size_t turns = 0;
  for (bool is_up_to_date = false; !is_up_to_date; ++turns) {
    std::size_t looks_left = 100;
    is_up_to_date = whereabouts.catch_up(looks_left);
    ASSERT_LE(looks_left, 100U);
  }
  EXPECT_EQ(turns, 50U);
  EXPECT_EQ(whereabouts.nearest(location("+1+1"), 1, 10'000, {}).clients.size(), 5000U);
}

Whereabouts::Choice beginning_with(std::string_view text, std::size_t looks_max = 1000) {
  return {.is_wanted =
              [text](std::string_view client, std::size_t& looks_left) {
                --looks_left;
                return client.starts_with(text);
              },
          .work_max = looks_max};
}

TEST_F(WhereaboutsTest, tells_of_those_only_whom_somebody_wants_to_know_about) {
  for (std::size_t i = 0; i < 300; ++i) hear(store, line_at("other-" + std::to_string(i), "+1+1", 5));
  hear(store, line_at("my-far", "+1.2+1", 5));
  hear(store, line_at("my-near", "+1.1+1", 5));
  hear(store, line_at("my-lost", "+1.1+1", 5));
  store.forget("my-lost", "Riley", 1'000'000'000'000);
  catch_up(whereabouts);
  const std::vector<std::string> names{"my-far", "my-lost", "my-near", "nobody"};
  const geo::Box box{location("+1+1"), location("+1.15+1")};
  for (const auto& choice : {beginning_with("my-"), Whereabouts::Choice{.names = names}}) {
    auto found = whereabouts.nearest(location("+1+1"), 30'000, 5, choice);
    ASSERT_EQ(found.clients.size(), 2U);
    EXPECT_EQ(found.clients[0].line, line_at("my-near", "+1.1+1", 5));
    EXPECT_NEAR(found.clients[0].distance_m, 11119.5, 0.1);
    EXPECT_EQ(found.clients[1].line, line_at("my-far", "+1.2+1", 5));
    EXPECT_TRUE(found.is_all);

    found = whereabouts.nearest(location("+1+1"), 30'000, 1, choice);
    ASSERT_EQ(found.clients.size(), 1U);
    EXPECT_EQ(found.clients[0].line, line_at("my-near", "+1.1+1", 5));
    EXPECT_FALSE(found.is_all);
    EXPECT_EQ(whereabouts.nearest(location("+1+1"), 12'000, 5, choice).clients.size(), 1U);

    found = whereabouts.within(box, 5, choice);
    ASSERT_EQ(found.clients.size(), 1U);
    EXPECT_EQ(found.clients[0].line, line_at("my-near", "+1.1+1", 5));
    EXPECT_TRUE(found.is_all);
    EXPECT_FALSE(whereabouts.within({location("+1+1"), location("+2+2")}, 1, choice).is_all);
    EXPECT_FALSE(found.is_cut_short);
  }
}

TEST_F(WhereaboutsTest, looks_at_no_more_clients_than_it_may_and_at_the_nearest_first) {
  for (std::size_t i = 0; i < 300; ++i) hear(store, line_at("other-" + std::to_string(i), "+1+1", 5));
  hear(store, line_at("my-near", "+1+1", 5));
  hear(store, line_at("my-far", "+2+1", 5));
  catch_up(whereabouts);
  const auto found = [this](std::size_t looks_max) {
    const auto nearest = whereabouts.nearest(location("+1+1"), 1e6, 5, beginning_with("my-", looks_max));
    EXPECT_EQ(nearest.is_all, !nearest.is_cut_short);
    return std::to_string(nearest.clients.size()) + (nearest.is_cut_short ? " cut short" : "");
  };
  EXPECT_EQ(found(0), "0 cut short");
  EXPECT_EQ(found(301), "1 cut short");
  EXPECT_EQ(found(302), "2");
  EXPECT_TRUE(whereabouts.within({location("+1+1"), location("+2+1")}, 5, beginning_with("my-", 301)).is_cut_short);
  EXPECT_FALSE(whereabouts.within({location("+1+1"), location("+2+1")}, 5, beginning_with("my-", 302)).is_cut_short);
}

TEST_F(WhereaboutsTest, lets_others_change_the_grid_while_it_puts_what_it_found_into_words) {
  const geo::Box box{location("+1+1"), location("+2+2")};
  std::size_t time = 5;
  for (const auto& choice : {beginning_with("k"), Whereabouts::Choice{}}) {
    for (const bool is_box : {false, true}) {
      hear(store, line_at("kiwi", "+1+1", ++time));
      hear(store, line_at("koel", "+1.1+1", time));
      catch_up(whereabouts);
      const auto change = [&] {
        hear(store, line_at("kiwi", "+3+3", ++time));
        store.forget("koel", "Riley", static_cast<Time>(++time) * second);
        hear(store, line_at("kaka", "+1+1", time));
        catch_up(whereabouts);
      };
      const auto found = is_box ? whereabouts.within(box, 2, choice, change)
                                : whereabouts.nearest(location("+1+1"), 100'000, 2, choice, change);
      ASSERT_EQ(found.clients.size(), 1U);
      EXPECT_EQ(found.clients[0].line, line_at("kiwi", "+3+3", time - 1));
      EXPECT_TRUE(found.is_all);
      store.forget("kaka", "Riley", static_cast<Time>(++time) * second);
    }
  }
}

TEST(Whereabouts, agree_with_the_table_whatever_happened_between_two_looks) {
  const std::uint64_t seed = 20261122;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (const auto& tuning : {Tuning{}, Tuning{.ring_entries = 64, .walk_after_changes = 16}}) {
    RecordStore store("ucla", 4, random(), tuning);
    Whereabouts whereabouts(store);
    std::map<std::string, geo::Location> expected;
    std::size_t time = 0;
    for (int round = 0; round < 60; ++round) {
      for (auto reports = random() % 400; reports > 0; --reports) {
        const auto client = client_name(random() % 300);
        const auto latitude = std::to_string(random() % 90);
        const auto place = "+" + latitude + ".5-" + std::to_string(random() % 180);
        hear(store, line_at(client, place, ++time));
        expected[client] = location(place);
      }
      std::size_t few_looks = random() % 50;
      whereabouts.catch_up(few_looks);
      if (random() % 3 != 0) continue;
      catch_up(whereabouts);
      std::map<std::string, geo::Location> seen;
      for (const auto& near : whereabouts.nearest(location("+0+0"), 21e6, 1000, {}).clients) {
        const auto record = wire::parse_record(near.line).value();
        ASSERT_EQ(near.distance_m, geo::distance_m(location("+0+0"), record.location));
        seen.emplace(record.client, record.location);
      }
      ASSERT_EQ(seen, expected);
    }
  }
}

}  // namespace
}  // namespace herd::store
