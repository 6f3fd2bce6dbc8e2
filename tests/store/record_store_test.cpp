#include "herd/store/record_store.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <string>
#include <thread>
#include <vector>

#include "herd/store/follower.h"
#include "herd/wire/attributes.h"
#include "store/reports.h"

namespace herd::store {
namespace {

bool offer(RecordStore& store, std::string_view line, Neighbor source = heard_here) {
  RecordStore::Offer offer{wire::parse_record(line).value()};
  if (source == heard_here) {
    store.report({&offer, 1});
  } else {
    EXPECT_TRUE(store.take(store.partition_of(offer.record.client), {&offer, 1}, source));
  }
  return is_accepted(offer.outcome);
}

std::vector<std::size_t> partitions_of(std::string_view herd, std::uint64_t seed) {
  const RecordStore store(herd, 16, seed);
  std::vector<std::size_t> partitions;
  for (const auto* client : {"kiwi.cs.ucla.edu", "kiwi", "emu", "a", "Riley", "\xff"}) {
    partitions.push_back(store.partition_of(client));
  }
  partitions.push_back(store.partition_of(std::string(4096, 'x')));
  return partitions;
}

// Servers of different versions agree on this, or none of them takes the other's records.
TEST(RecordStore, divides_the_clients_of_a_herd_in_the_same_way_for_ever) {
  EXPECT_EQ(partitions_of("ucla", 1), (std::vector<std::size_t>{0, 10, 3, 12, 7, 2, 13}));
  EXPECT_EQ(partitions_of("ucla", 2), partitions_of("ucla", 1));
  EXPECT_EQ(partitions_of("coast", 1), (std::vector<std::size_t>{11, 11, 7, 8, 1, 10, 13}));
}

TEST(RecordStore, divides_the_clients_evenly) {
  const RecordStore store("ucla", 16, 1);
  std::vector<std::size_t> clients(16);
  for (std::size_t i = 0; i < 16'000; ++i) ++clients[store.partition_of(client_name(i))];
  for (const auto each : clients) {
    EXPECT_GT(each, 850U);
    EXPECT_LT(each, 1150U);
  }
}

TEST(RecordStore, of_one_partition_has_everyone_in_it) {
  const RecordStore store("ucla", 1, 1);
  for (std::size_t i = 0; i < 100; ++i) ASSERT_EQ(store.partition_of(client_name(i)), 0U);
}

TEST(RecordStore, counts_its_clients_and_changes) {
  RecordStore store("ucla", 16, 1);
  EXPECT_EQ(store.size(), 16U);
  EXPECT_EQ(store.clients(), 0U);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_TRUE(offer(store, at_line(client_name(i), 5)));
  EXPECT_TRUE(offer(store, at_line(client_name(7), 6)));
  EXPECT_FALSE(offer(store, at_line(client_name(7), 6)));
  EXPECT_FALSE(offer(store, at_line(client_name(7), 6), 3));
  EXPECT_FALSE(offer(store, at_line(client_name(8), 4)));
  EXPECT_EQ(store.clients(), 100U);
  EXPECT_EQ(store.changes(), 101U);

  std::size_t clients = 0;
  for (std::size_t i = 0; i < store.size(); ++i) clients += store.open(i)->slots();
  EXPECT_EQ(clients, 100U);
  EXPECT_EQ(store.locate(client_name(7)), at_line(client_name(7), 6));
}

TEST(RecordStore, numbers_its_neighbours) {
  RecordStore store("ucla", 16, 1);
  EXPECT_EQ(store.add_neighbor(), 1U);
  EXPECT_EQ(store.add_neighbor(), 2U);
}

TEST(RecordStore, takes_what_a_neighbour_sends_if_it_is_newer) {
  RecordStore store("ucla", 1, 1);
  EXPECT_TRUE(offer(store, at_line("kiwi", 5), 1));
  EXPECT_FALSE(offer(store, at_line("kiwi", 5), 1));
  EXPECT_FALSE(offer(store, at_line("kiwi", 4), 1));
  EXPECT_TRUE(offer(store, at_line("kiwi", 6), 1));
  EXPECT_EQ(store.locate("kiwi"), at_line("kiwi", 6));
  EXPECT_EQ(store.changes(), 2U);
}

TEST(RecordStore, refuses_records_that_belong_elsewhere_and_takes_none_of_those_beside_them) {
  RecordStore store("ucla", 16, 1);
  const auto lines = std::vector{at_line("kiwi", 5), at_line("emu", 5)};
  std::vector<RecordStore::Offer> offers;
  for (const auto& line : lines) offers.push_back({wire::parse_record(line).value()});
  EXPECT_FALSE(store.take(store.partition_of("kiwi"), offers, 1));
  EXPECT_EQ(store.changes(), 0U);
}

TEST(RecordStore, takes_any_number_of_reports_at_once_in_their_order) {
  RecordStore store("ucla", 16, 1);
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < 300; ++i) lines.push_back(at_line(client_name(i % 100), i));
  std::vector<RecordStore::Offer> offers;
  for (const auto& line : lines) offers.push_back({wire::parse_record(line).value()});
  store.report(offers);
  for (std::size_t i = 0; i < 300; ++i) {
    ASSERT_EQ(offers[i].outcome, i < 100 ? Offered::added : Offered::replaced);
  }
  EXPECT_EQ(store.changes(), 300U);
  for (std::size_t i = 0; i < 100; ++i) ASSERT_EQ(store.locate(client_name(i)), at_line(client_name(i), 200 + i));
}

TEST(RecordStore, refuses_new_clients_beyond_so_many_but_takes_all_of_neighbours) {
  RecordStore store("ucla", 16, 1);
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < 100; ++i) lines.push_back(at_line(client_name(i), 5));
  std::vector<RecordStore::Offer> offers;
  for (const auto& line : lines) offers.push_back({wire::parse_record(line).value()});
  store.report(offers, 30);
  EXPECT_EQ(std::ranges::count(offers, Offered::refused, &RecordStore::Offer::outcome), 70);
  EXPECT_EQ(store.clients(), 30U);
  offers.resize(30);
  store.report(offers, 30);
  EXPECT_EQ(std::ranges::count(offers, Offered::refused, &RecordStore::Offer::outcome), 0) << "known ones may go on";
  EXPECT_TRUE(offer(store, at_line("emu", 5), 1));
  EXPECT_EQ(store.clients(), 31U);
}

TEST(RecordStore, is_written_by_several_threads_while_others_read) {
  RecordStore store("ucla", 16, 1);
  constexpr std::size_t writers = 3;
  constexpr std::size_t rounds = 200;
  std::vector<std::jthread> threads;
  for (std::size_t writer = 0; writer < writers; ++writer) {
    threads.emplace_back([&store, writer] {
      for (std::size_t round = 0; round < rounds; ++round) {
        for (std::size_t i = 0; i < 50; ++i) offer(store, at_line(client_name(i), writers * round + writer));
      }
    });
  }
  Follower follower;
  const auto read = [&] {
    for (std::size_t i = 0; i < store.size(); ++i) {
      auto looks_left = Follower::looks_per_turn;
      std::size_t digest_looks = 10;
      const auto partition = store.open(i);
      partition.digests(digest_looks);
      if (i == 0)
        follower.read(*partition, Reader{}, looks_left, [](const auto& held) { return !held.client().empty(); });
    }
  };
  while (store.changes() < rounds) read();
  threads.clear();
  for (std::size_t i = 0; i < 50; ++i) {
    ASSERT_EQ(store.locate(client_name(i)), at_line(client_name(i), writers * rounds - 1));
  }
}

/// Offers a report heard here, with attributes.
Offered report(RecordStore& store, std::string_view line, std::string_view attributes) {
  RecordStore::Offer offer{wire::parse_record(line).value()};
  offer.record.attributes = attributes;
  store.report({&offer, 1});
  return offer.outcome;
}

TEST(RecordStore, keeps_attributes_with_the_newest_report) {
  RecordStore store("ucla", 16, 1);
  const auto slow = wire::pack({.speed_mps = 1});
  const auto fast = wire::pack({.speed_mps = 100, .others = {{"a name longer than a short string", "x"}}});
  for (const std::string client : {"kiwi", "one-whose-id-is-longer-than-fits-into-a-slot"}) {
    EXPECT_EQ(report(store, at_line(client, 5), slow), Offered::added);
    EXPECT_EQ(store.find(client), (Sighting{at_line(client, 5), slow, 0}));
    EXPECT_EQ(report(store, at_line(client, 6), fast), Offered::replaced);
    EXPECT_EQ(report(store, at_line(client, 5), slow), Offered::older);
    EXPECT_EQ(store.find(client), (Sighting{at_line(client, 6), fast, 0}));
    EXPECT_EQ(report(store, at_line(client, 7), ""), Offered::replaced);
    EXPECT_EQ(store.find(client), (Sighting{at_line(client, 7), "", 0}));
    EXPECT_EQ(report(store, at_line(client, 8), fast), Offered::replaced);
    EXPECT_EQ(store.find(client), (Sighting{at_line(client, 8), fast, 0}));
  }
}

TEST(RecordStore, is_not_changed_by_what_a_phone_sends_again_with_other_attributes) {
  RecordStore store("ucla", 1, 1);
  const auto full = wire::pack({.battery_percent = 100});
  report(store, at_line("kiwi", 5), "");
  EXPECT_EQ(report(store, at_line("kiwi", 5), full), Offered::unchanged);
  EXPECT_EQ(store.find("kiwi"), (Sighting{at_line("kiwi", 5), "", 0}));
}

TEST(RecordStore, takes_from_a_neighbour_the_attributes_that_an_older_one_could_not_bring) {
  RecordStore store("ucla", 1, 1);
  const auto full = wire::pack({.battery_percent = 100});
  const auto take = [&](std::string_view attributes) {
    RecordStore::Offer offer{wire::parse_record(at_line("kiwi", 5)).value()};
    offer.record.attributes = attributes;
    const auto line = at_line("kiwi", 5);
    offer.record = wire::parse_record(line).value();
    offer.record.attributes = attributes;
    EXPECT_TRUE(store.take(0, {&offer, 1}, 1));
    return offer.outcome;
  };
  EXPECT_EQ(take(""), Offered::added);
  EXPECT_EQ(take(full), Offered::replaced);
  EXPECT_EQ(take(""), Offered::older);
  EXPECT_EQ(take(full), Offered::unchanged);
  EXPECT_EQ(store.find("kiwi"), (Sighting{at_line("kiwi", 5), full, 0}));
}

TEST(RecordStore, forgets_a_client_until_it_reports_later) {
  RecordStore store("ucla", 16, 1);
  const auto full = wire::pack({.battery_percent = 100});
  report(store, at_line("kiwi", 5), full);
  report(store, at_line("emu", 5), "");
  EXPECT_TRUE(store.forget("kiwi", "Riley", 7 * second));
  EXPECT_EQ(store.find("kiwi"), std::nullopt);
  EXPECT_EQ(store.locate("kiwi"), std::nullopt);
  EXPECT_EQ(store.clients(), 1U);
  EXPECT_EQ(store.tombstones(), 1U);
  EXPECT_EQ(store.changes(), 3U) << "neighbours are to know";

  EXPECT_FALSE(store.forget("kiwi", "Riley", 8 * second));
  EXPECT_FALSE(store.forget("rhea", "Riley", 8 * second));
  EXPECT_EQ(report(store, at_line("kiwi", 5), full), Offered::older);
  EXPECT_EQ(report(store, at_line("kiwi", 7), full), Offered::older) << "of the same time";
  EXPECT_EQ(store.changes(), 3U);

  EXPECT_EQ(report(store, at_line("kiwi", 8), ""), Offered::replaced);
  EXPECT_EQ(store.find("kiwi"), (Sighting{at_line("kiwi", 8), "", 0}));
  EXPECT_EQ(store.clients(), 2U);
  EXPECT_EQ(store.tombstones(), 0U);
}

TEST(RecordStore, counts_forgotten_clients_among_those_it_has_room_for) {
  RecordStore store("ucla", 16, 1);
  report(store, at_line("kiwi", 5), "");
  store.forget("kiwi", "Riley", 7 * second);
  const auto emu = at_line("emu", 5);
  const auto kiwi = at_line("kiwi", 9);
  RecordStore::Offer offers[] = {{wire::parse_record(emu).value()}, {wire::parse_record(kiwi).value()}};
  store.report(offers, 1);
  EXPECT_EQ(offers[0].outcome, Offered::refused);
  EXPECT_EQ(offers[1].outcome, Offered::replaced);
}

}  // namespace
}  // namespace herd::store
