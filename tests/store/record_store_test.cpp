#include "herd/store/record_store.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "store/reports.h"

namespace herd::store {
namespace {

bool offer(RecordStore& store, std::string_view line, Neighbor source = heard_here) {
  const auto record = wire::parse_record(line).value();
  return store.offer(store.partition_of(record.client), record, source);
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
  for (std::size_t i = 0; i < store.size(); ++i) clients += store[i].slots();
  EXPECT_EQ(clients, 100U);
  EXPECT_EQ(store[store.partition_of(client_name(7))].find(client_name(7)), at_line(client_name(7), 6));
}

TEST(RecordStore, numbers_its_neighbours) {
  RecordStore store("ucla", 16, 1);
  EXPECT_EQ(store.add_neighbor(), 1U);
  EXPECT_EQ(store.add_neighbor(), 2U);
}

TEST(RecordStore, takes_what_a_neighbour_sends_if_it_is_newer) {
  RecordStore store("ucla", 1, 1);
  EXPECT_EQ(store.take(0, at_line("kiwi", 5), 1).value(), true);
  EXPECT_EQ(store.take(0, at_line("kiwi", 5), 1).value(), false);
  EXPECT_EQ(store.take(0, at_line("kiwi", 4), 1).value(), false);
  EXPECT_EQ(store.take(0, at_line("kiwi", 6), 1).value(), true);
  EXPECT_EQ(store[0].find("kiwi"), at_line("kiwi", 6));
  EXPECT_EQ(store.changes(), 2U);
}

TEST(RecordStore, refuses_bytes_that_are_no_record_or_belong_elsewhere) {
  RecordStore store("ucla", 16, 1);
  const auto wrong = (store.partition_of("kiwi") + 1) % 16;
  EXPECT_EQ(store.take(wrong, at_line("kiwi", 5), 1).error().message, "a record in the wrong partition");
  for (const auto* bytes : {"", "AT", "AT Riley +1 kiwi", "AT Riley +1 kiwi +34-118", "BT Riley +1.0 kiwi +34-118 5"}) {
    EXPECT_EQ(store.take(0, bytes, 1).error().message, "a record that is none") << bytes;
  }
  EXPECT_EQ(store.changes(), 0U);
}

}  // namespace
}  // namespace herd::store
