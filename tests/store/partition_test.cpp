#include "herd/store/partition.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "herd/wire/posix_time.h"
#include "store/reports.h"

namespace herd::store {
namespace {

using namespace std::string_literals;

constexpr Neighbor neighbor = 5;

TEST(Partition, that_is_empty_has_heard_of_nobody) {
  const Partition partition;
  EXPECT_EQ(line_of(partition, "kiwi"), "");
  EXPECT_EQ(partition.slots(), 0U);
  EXPECT_EQ(partition.sequence(), 0U);
  EXPECT_EQ(partition.first_in_ring(), 1U);
}

TEST(Partition, holds_the_newest_record_of_a_client_byte_for_byte) {
  Partition partition;
  EXPECT_EQ(offer(partition, "AT Riley +0.263873386 kiwi +1+1 100.5"), Offered::added);
  EXPECT_EQ(offer(partition, "AT Riley -3.000000000 kiwi +022-7.00 100.500000001"), Offered::replaced);
  EXPECT_EQ(offer(partition, "AT Riley +7.000000000 kiwi +3+3 100.4999"), Offered::older);
  EXPECT_EQ(line_of(partition, "kiwi"), "AT Riley -3.000000000 kiwi +022-7.00 100.500000001");
  EXPECT_EQ(partition.slots(), 1U);
}

TEST(Partition, holds_records_however_their_lengths_change) {
  Partition partition;
  std::size_t time = 0;
  for (const std::size_t digits : {1U, 60'000U, 1U, 9U, 20U, 3U, 70'000U, 2U}) {
    const auto line = "AT Riley +0.000000001 kiwi +1." + std::string(digits, '5') + "+1 " + std::to_string(++time);
    offer(partition, line);
    ASSERT_EQ(line_of(partition, "kiwi"), line);
  }
}

TEST(Partition, keeps_clients_apart_by_every_byte) {
  Partition partition;
  const std::vector<std::string> clients = {"kiwi", "kiwi\0"s,  "KIWI", "kiw",
                                            "iwi",  "kiwi\xa0", "k",    std::string(4096, 'k')};
  for (const auto& client : clients) EXPECT_EQ(offer(partition, at_line(client, 5)), Offered::added);
  for (const auto& client : clients) EXPECT_EQ(line_of(partition, client), at_line(client, 5));
  EXPECT_EQ(line_of(partition, ""), "");
  EXPECT_EQ(line_of(partition, "kiwi +1.5-2.5"), "");
}

TEST(Partition, takes_a_report_that_a_client_repeats_for_no_change_whatever_the_clock_says_by_now) {
  Partition partition;
  const auto* first = "AT Riley +1.000000000 kiwi +1+1 100";
  offer(partition, first);
  EXPECT_EQ(offer(partition, first), Offered::unchanged);
  EXPECT_EQ(offer(partition, "AT Riley +2.000000000 kiwi +1+1 100"), Offered::unchanged);
  EXPECT_EQ(offer(partition, "AT Riley +0.500000000 kiwi +1+1 100"), Offered::unchanged);
  EXPECT_EQ(offer(partition, "AT Riley -0.500000000 kiwi +1+1 100"), Offered::unchanged);
  EXPECT_EQ(line_of(partition, "kiwi"), first);
  EXPECT_EQ(partition.sequence(), 1U);
}

TEST(Partition, takes_a_repeated_report_that_is_far_ahead_of_the_clock_for_no_change) {
  Partition partition;
  const auto* first = "AT Riley -900.000000000 kiwi +1+1 1000";
  offer(partition, first);
  EXPECT_EQ(offer(partition, "AT Riley -899.000000000 kiwi +1+1 1000"), Offered::unchanged);
  EXPECT_NE(offer(partition, "AT Riley -901.000000000 kiwi +1+1 1000"), Offered::replaced);
  EXPECT_EQ(line_of(partition, "kiwi"), first);
  EXPECT_EQ(partition.sequence(), 1U);
}

TEST(Partition, takes_a_report_that_was_made_to_another_server_too_for_no_change) {
  Partition partition;
  offer(partition, "AT Juzang +2.000000000 kiwi +1+1 100", neighbor);
  EXPECT_EQ(offer(partition, "AT Riley +1.000000000 kiwi +1+1 100"), Offered::unchanged);
  EXPECT_EQ(line_of(partition, "kiwi"), "AT Juzang +2.000000000 kiwi +1+1 100");
}

TEST(Partition, takes_the_same_time_written_otherwise_for_another_report) {
  Partition partition;
  offer(partition, "AT Riley +1.000000000 kiwi +1+1 100");
  EXPECT_EQ(offer(partition, "AT Riley +1.000000000 kiwi +1+1 100.0"), Offered::replaced);
  EXPECT_EQ(offer(partition, "AT Riley +1.000000000 kiwi +1+1 0100.0"), Offered::older);
  EXPECT_EQ(line_of(partition, "kiwi"), "AT Riley +1.000000000 kiwi +1+1 100.0");
}

TEST(Partition, goes_by_the_order_alone_for_what_neighbours_send) {
  Partition partition;
  offer(partition, "AT Juzang +2.000000000 kiwi +1+1 100", neighbor);
  EXPECT_EQ(offer(partition, "AT Juzang +2.000000000 kiwi +1+1 100", neighbor), Offered::unchanged);
  EXPECT_EQ(offer(partition, "AT Juzang +2.000000001 kiwi +1+1 100", neighbor), Offered::older);
  EXPECT_EQ(offer(partition, "AT Bernard +2.000000000 kiwi +1+1 100", neighbor), Offered::older);
  EXPECT_EQ(offer(partition, "AT Riley +2.000000000 kiwi +1+1 100", neighbor), Offered::replaced);
  EXPECT_EQ(offer(partition, "AT Bernard +1.999999999 kiwi +1+1 100", neighbor), Offered::replaced);
  EXPECT_EQ(line_of(partition, "kiwi"), "AT Bernard +1.999999999 kiwi +1+1 100");
}

TEST(Partition, ends_up_with_the_greatest_record_whatever_the_order_of_arrival) {
  std::vector<std::string> lines = {
      "AT Riley +1.000000000 kiwi +1+1 100",  "AT Riley +1.000000000 kiwi +2+2 100",
      "AT Jaquez +1.000000000 kiwi +1+1 100", "AT Riley -900.000000000 kiwi +1+1 1000",
      "AT Riley -60.000000000 kiwi +1+1 160", "AT Juzang +9.000000000 kiwi +1+1 159.999999999",
  };
  std::ranges::sort(lines);
  do {
    Partition partition;
    for (const auto& line : lines) offer(partition, line, neighbor);
    ASSERT_EQ(line_of(partition, "kiwi"), "AT Riley -900.000000000 kiwi +1+1 1000");
  } while (std::ranges::next_permutation(lines).found);
}

TEST(Partition, numbers_its_changes_and_nothing_else) {
  Partition partition;
  offer(partition, at_line("kiwi", 5));
  offer(partition, at_line("emu", 5), neighbor);
  offer(partition, at_line("kiwi", 4));
  offer(partition, at_line("kiwi", 5));
  EXPECT_EQ(partition.sequence(), 2U);
  offer(partition, at_line("kiwi", 6), neighbor);
  EXPECT_EQ(partition.sequence(), 3U);

  ASSERT_EQ(partition.slots(), 2U);
  EXPECT_EQ(line_of(partition.held(0)), at_line("kiwi", 6));
  EXPECT_EQ(partition.held(0).sequence(), 3U);
  EXPECT_EQ(partition.held(0).known_by().taught_by, neighbor);
  EXPECT_EQ(line_of(partition.held(1)), at_line("emu", 5));
  EXPECT_EQ(partition.held(1).sequence(), 2U);
  EXPECT_EQ(partition.held(1).known_by().taught_by, neighbor);
  EXPECT_EQ(partition.slot_changed_at(1), 0U);
  EXPECT_EQ(partition.slot_changed_at(2), 1U);
  EXPECT_EQ(partition.slot_changed_at(3), 0U);
}

TEST(Partition, marks_a_record_with_who_taught_it_last) {
  Partition partition;
  offer(partition, at_line("kiwi", 5), neighbor);
  offer(partition, at_line("kiwi", 5), neighbor + 1);
  EXPECT_EQ(partition.held(0).known_by().taught_by, neighbor);
  offer(partition, at_line("kiwi", 6));
  EXPECT_EQ(partition.held(0).known_by().taught_by, heard_here);
}

TEST(Partition, knows_who_sent_it_a_copy_until_the_record_changes) {
  Partition partition;
  offer(partition, at_line("kiwi", 5), neighbor);
  EXPECT_EQ(offer(partition, at_line("kiwi", 5), 3), Offered::unchanged);
  EXPECT_EQ(offer(partition, at_line("kiwi", 4), 4), Offered::older);
  const auto known_by = partition.held(0).known_by();
  EXPECT_TRUE(known_by.contains(neighbor));
  EXPECT_TRUE(known_by.contains(3));
  EXPECT_FALSE(known_by.contains(4));
  EXPECT_FALSE(known_by.contains(heard_here));
  offer(partition, at_line("kiwi", 6), 4);
  EXPECT_EQ(partition.held(0).known_by(), (KnownBy{.taught_by = 4}));
}

TEST(Partition, knows_copies_from_its_first_16_neighbours_and_whoever_taught) {
  Partition partition;
  offer(partition, at_line("kiwi", 5), 1000);
  for (Neighbor from = 1; from <= 40; ++from) offer(partition, at_line("kiwi", 5), from);
  const auto known_by = partition.held(0).known_by();
  for (Neighbor from = 1; from <= 40; ++from) EXPECT_EQ(known_by.contains(from), from <= 16) << from;
  EXPECT_TRUE(known_by.contains(1000));
}

TEST(Reader, that_came_later_is_not_taken_to_know_what_its_earlier_life_taught) {
  const KnownBy known_by{.taught_by = 2};
  EXPECT_TRUE((Reader{2, 10}.knows(11, known_by)));
  EXPECT_FALSE((Reader{2, 10}.knows(10, known_by)));
  EXPECT_FALSE((Reader{1, 0}.knows(11, known_by)));
  EXPECT_FALSE((Reader{}.knows(11, KnownBy{})));
}

TEST(Partition, remembers_as_many_of_the_last_changes_as_its_ring_has_entries) {
  Partition partition;
  add_clients(partition, 3);
  const auto change = [&](std::size_t i) { offer(partition, at_line(client_name(i % 3), i)); };
  std::size_t changes = 3;
  while (changes < Tuning().ring_entries) change(++changes);
  EXPECT_EQ(partition.sequence(), 65'536U);
  EXPECT_EQ(partition.first_in_ring(), 1U);
  EXPECT_EQ(partition.slot_changed_at(1), 0U);
  EXPECT_EQ(partition.slot_changed_at(65'536), 65'536U % 3);

  change(++changes);
  EXPECT_EQ(partition.first_in_ring(), 2U);
  while (changes < 2 * Tuning().ring_entries + 10) change(++changes);
  EXPECT_EQ(partition.sequence(), 131'082U);
  EXPECT_EQ(partition.first_in_ring(), 65'547U);
  for (Sequence sequence = 65'547; sequence <= 131'082; ++sequence) {
    ASSERT_EQ(partition.slot_changed_at(sequence), sequence % 3);
  }
}

TEST(Partition, holds_the_greatest_of_many_random_records_and_a_number_of_its_own_for_each_slot) {
  const std::uint64_t seed = 20260505;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  Partition partition;
  std::map<std::string, std::string> expected;
  Sequence changes = 0;
  for (int i = 0; i < 50'000; ++i) {
    const auto client = client_name(random() % 500);
    const auto time = 100 + random() % 100;
    const auto heard = 50 + random() % 100;
    auto line = "AT "s + (random() % 2 == 0 ? "Riley " : "Juzang ");
    wire::append_difference(line, static_cast<Duration>(heard * second) - static_cast<Duration>(time * second));
    line.append(" ").append(client).append(random() % 2 == 0 ? " +1+1 " : " +2+2 ").append(std::to_string(time));

    auto& greatest = expected[client];
    const bool is_new = greatest.empty();
    const bool wins = is_new || wire::compare(*wire::parse_record(line), *wire::parse_record(greatest)) > 0;
    const bool equal = line == greatest;
    if (wins) greatest = line;
    if (wins) ++changes;
    ASSERT_EQ(offer(partition, line, neighbor), is_new  ? Offered::added
                                                : wins  ? Offered::replaced
                                                : equal ? Offered::unchanged
                                                        : Offered::older);
    ASSERT_EQ(partition.sequence(), changes);
  }

  EXPECT_EQ(partition.slots(), expected.size());
  for (const auto& [client, line] : expected) ASSERT_EQ(line_of(partition, client), line);
  std::set<Sequence> sequences;
  for (std::size_t slot = 0; slot < partition.slots(); ++slot) {
    const auto held = partition.held(slot);
    ASSERT_LE(held.sequence(), partition.sequence());
    ASSERT_TRUE(sequences.insert(held.sequence()).second);
    ASSERT_EQ(partition.slot_changed_at(held.sequence()), slot);
  }
}

}  // namespace
}  // namespace herd::store
