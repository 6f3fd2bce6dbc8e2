#include "herd/store/follower.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "store/reports.h"

namespace herd::store {
namespace {

constexpr Neighbor neighbor = 5;
constexpr std::size_t all = std::numeric_limits<std::size_t>::max();

using Lines = std::vector<std::string>;

/// What one read gives to a reader that has had enough after `enough` records.
Lines read(Follower& follower, const Partition& partition, std::size_t enough = all, Neighbor reader = nobody) {
  Lines lines;
  auto looks_left = Follower::looks_per_turn;
  follower.read(partition, Reader{reader}, looks_left, [&](const Partition::Held& held) {
    lines.emplace_back(line_of(held));
    return lines.size() < enough;
  });
  return lines;
}

TEST(Follower, is_given_the_changes_in_their_order) {
  Partition partition;
  Follower follower;
  EXPECT_EQ(read(follower, partition), Lines{});
  EXPECT_EQ(follower.position(), 0U);
  EXPECT_TRUE(follower.is_caught_up(partition.sequence()));

  offer(partition, at_line("kiwi", 5));
  offer(partition, at_line("emu", 5));
  EXPECT_FALSE(follower.is_caught_up(partition.sequence()));
  EXPECT_EQ(read(follower, partition), (Lines{at_line("kiwi", 5), at_line("emu", 5)}));
  EXPECT_EQ(follower.position(), 2U);
  EXPECT_TRUE(follower.is_caught_up(partition.sequence()));
  EXPECT_EQ(read(follower, partition), Lines{});

  offer(partition, at_line("kiwi", 6));
  EXPECT_EQ(read(follower, partition), Lines{at_line("kiwi", 6)});
  EXPECT_EQ(follower.position(), 3U);
}

TEST(Follower, is_given_only_the_newest_record_of_a_client_that_changed_again) {
  Partition partition;
  Follower follower;
  offer(partition, at_line("kiwi", 5));
  offer(partition, at_line("emu", 5));
  offer(partition, at_line("kiwi", 6));
  offer(partition, at_line("rhea", 5));
  offer(partition, at_line("kiwi", 7));
  EXPECT_EQ(read(follower, partition), (Lines{at_line("emu", 5), at_line("rhea", 5), at_line("kiwi", 7)}));
  EXPECT_EQ(follower.position(), 5U);
}

TEST(Follower, that_has_had_enough_goes_on_where_it_was) {
  Partition partition;
  Follower follower;
  add_clients(partition, 5);
  EXPECT_EQ(read(follower, partition, 2), (Lines{at_line("client-0", 1), at_line("client-1", 1)}));
  EXPECT_EQ(follower.position(), 2U);
  EXPECT_FALSE(follower.is_caught_up(partition.sequence()));
  EXPECT_EQ(read(follower, partition, 2), (Lines{at_line("client-2", 1), at_line("client-3", 1)}));
  EXPECT_EQ(follower.position(), 4U);
  EXPECT_EQ(read(follower, partition, 2), Lines{at_line("client-4", 1)});
  EXPECT_EQ(follower.position(), 5U);
}

TEST(Follower, is_not_given_what_came_from_its_reader_yet_its_position_moves_on) {
  Partition partition;
  Follower follower;
  offer(partition, at_line("kiwi", 5), neighbor);
  offer(partition, at_line("emu", 5));
  offer(partition, at_line("rhea", 5), neighbor + 1);
  offer(partition, at_line("moa", 5), neighbor);
  EXPECT_EQ(read(follower, partition, all, neighbor), (Lines{at_line("emu", 5), at_line("rhea", 5)}));
  EXPECT_EQ(follower.position(), 4U);
  EXPECT_TRUE(follower.is_caught_up(partition.sequence()));
}

TEST(Follower, that_resumes_is_given_what_changed_since) {
  Partition partition;
  Follower follower;
  add_clients(partition, 4);
  offer(partition, at_line("client-0", 2));
  follower.resume(3);
  EXPECT_EQ(follower.position(), 3U);
  EXPECT_EQ(read(follower, partition), (Lines{at_line("client-3", 1), at_line("client-0", 2)}));
}

TEST(Follower, that_starts_over_is_given_every_record_whoever_taught_it) {
  Partition partition;
  Follower follower;
  offer(partition, at_line("kiwi", 5), neighbor);
  offer(partition, at_line("emu", 5));
  offer(partition, at_line("kiwi", 6), neighbor);
  follower.start_over(partition);
  EXPECT_EQ(follower.position(), std::nullopt);
  EXPECT_FALSE(follower.is_caught_up(partition.sequence()));
  EXPECT_EQ(read(follower, partition, 1, neighbor), Lines{at_line("kiwi", 6)});
  EXPECT_EQ(follower.position(), std::nullopt);
  EXPECT_EQ(read(follower, partition, all, neighbor), Lines{at_line("emu", 5)});
  EXPECT_EQ(follower.position(), 3U);
  EXPECT_TRUE(follower.is_caught_up(partition.sequence()));
}

TEST(Follower, that_starts_over_with_an_empty_table_has_a_position_after_one_read) {
  Partition partition;
  Follower follower;
  follower.start_over(partition);
  EXPECT_EQ(follower.position(), std::nullopt);
  EXPECT_FALSE(follower.is_caught_up(partition.sequence()));
  EXPECT_EQ(read(follower, partition), Lines{});
  EXPECT_EQ(follower.position(), 0U);
}

TEST(Follower, that_starts_over_is_then_given_what_changed_meanwhile) {
  Partition partition;
  Follower follower;
  add_clients(partition, 3);
  follower.start_over(partition);
  EXPECT_EQ(read(follower, partition, 1), Lines{at_line("client-0", 1)});
  offer(partition, at_line("client-0", 2));
  offer(partition, at_line("client-2", 2), neighbor);
  offer(partition, at_line("client-3", 2));
  EXPECT_EQ(read(follower, partition, all, neighbor),
            (Lines{at_line("client-1", 1), at_line("client-0", 2), at_line("client-3", 2)}))
      << "nothing twice, and of what the reader taught meanwhile nothing";
  EXPECT_EQ(follower.position(), 6U);
}

TEST(Follower, that_ends_an_exchange_is_given_the_leaves_that_differ) {
  Partition partition;
  Follower follower;
  const HerdHash hash("ucla");
  add_clients(partition, 200);
  offer(partition, at_line("client-7", 2), neighbor);
  follower.start_exchange(partition);
  EXPECT_EQ(follower.position(), std::nullopt);
  offer(partition, at_line("client-8", 2));
  EXPECT_EQ(read(follower, partition, all, neighbor), Lines{at_line("client-8", 2)});
  EXPECT_EQ(follower.position(), std::nullopt);

  const auto leaf = node_of(hash.client("client-7"), 2);
  follower.end_exchange(partition, Leaves(hash, 2, {leaf}), 0);
  Lines expected;
  for (std::size_t slot = 0; slot < partition.slots(); ++slot) {
    const auto held = partition.held(slot);
    if (node_of(hash.client(held.client()), 2) == leaf && held.client() != "client-8")
      expected.emplace_back(line_of(held));
  }
  EXPECT_EQ(read(follower, partition, all, neighbor), expected);
  EXPECT_EQ(follower.position(), partition.sequence());
}

TEST(Follower, whose_reader_holds_a_part_is_given_of_the_leaves_what_changed_since_and_it_did_not_teach) {
  Partition partition;
  Follower follower;
  add_clients(partition, 10);
  offer(partition, at_line("client-3", 2));
  offer(partition, at_line("client-4", 2), neighbor);
  follower.start_exchange(partition);
  follower.end_exchange(partition, Leaves(), 9);
  EXPECT_EQ(read(follower, partition, all, neighbor), (Lines{at_line("client-3", 2), at_line("client-9", 1)}));
  EXPECT_EQ(follower.position(), 12U);
}

TEST(Follower, whose_reader_lacks_nothing_has_a_position_at_once) {
  Partition partition;
  Follower follower;
  add_clients(partition, 10);
  follower.start_exchange(partition);
  follower.end_exchange();
  EXPECT_EQ(follower.position(), 10U);
  EXPECT_EQ(read(follower, partition), Lines{});
}

TEST(Follower, that_starts_over_or_resumes_forgets_what_it_was_at) {
  Partition partition;
  Follower follower;
  add_clients(partition, 3);
  follower.start_over(partition);
  read(follower, partition, 1);
  follower.resume(3);
  EXPECT_EQ(follower.position(), 3U);
  EXPECT_EQ(read(follower, partition), Lines{});
  follower.start_over(partition);
  EXPECT_EQ(read(follower, partition).size(), 3U);
}

/// 5,000 clients in slots of their order, of which the last `changed` have changed since, the last first.
struct ChangedBackwards {
  explicit ChangedBackwards(std::size_t changed) {
    add_clients(partition, clients);
    follower.resume(partition.sequence());
    for (std::size_t i = 0; i < changed; ++i) offer(partition, at_line(client_name(clients - 1 - i), 2));
  }

  static constexpr std::size_t clients = 5000;
  Partition partition;
  Follower follower;
};

TEST(Follower, a_few_batches_behind_reads_change_by_change) {
  ChangedBackwards far(Tuning().walk_after_changes);
  EXPECT_EQ(read(far.follower, far.partition, 2), (Lines{at_line("client-4999", 2), at_line("client-4998", 2)}));
  EXPECT_EQ(far.follower.position(), 5002U);
  EXPECT_EQ(read(far.follower, far.partition).size(), 4094U);
  EXPECT_EQ(far.follower.position(), far.partition.sequence());
}

TEST(Follower, further_behind_walks_the_slots_and_has_no_position_meanwhile) {
  ChangedBackwards far(Tuning().walk_after_changes + 1);
  EXPECT_EQ(read(far.follower, far.partition, 2), (Lines{at_line("client-903", 2), at_line("client-904", 2)}));
  EXPECT_EQ(far.follower.position(), std::nullopt);
  EXPECT_FALSE(far.follower.is_caught_up(far.partition.sequence()));
  EXPECT_EQ(read(far.follower, far.partition).size(), 4095U);
  EXPECT_EQ(far.follower.position(), far.partition.sequence());
  EXPECT_TRUE(far.follower.is_caught_up(far.partition.sequence()));
}

TEST(Follower, that_has_had_enough_with_the_last_record_of_a_walk_has_a_position) {
  ChangedBackwards far(Tuning().walk_after_changes + 1);
  EXPECT_EQ(read(far.follower, far.partition, 4097).size(), 4097U);
  EXPECT_EQ(far.follower.position(), far.partition.sequence());
  EXPECT_TRUE(far.follower.is_caught_up(far.partition.sequence()));
  EXPECT_EQ(read(far.follower, far.partition), Lines{});
}

TEST(Follower, that_fell_off_the_ring_is_given_each_client_that_changed_once) {
  Partition partition;
  Follower follower;
  add_clients(partition, 10);
  follower.resume(10);
  for (std::size_t time = 2; time < 70'002; ++time) offer(partition, at_line(client_name(time % 3), time));
  EXPECT_GT(partition.first_in_ring(), 11U);
  EXPECT_EQ(read(follower, partition),
            (Lines{at_line("client-0", 69'999), at_line("client-1", 70'000), at_line("client-2", 70'001)}));
  EXPECT_EQ(follower.position(), partition.sequence());
}

TEST(Follower, that_walks_is_not_given_what_came_from_its_reader) {
  Partition partition;
  Follower follower;
  for (std::size_t i = 0; i < 5000; ++i) {
    offer(partition, at_line(client_name(i), 1), i % 1000 == 7 ? heard_here : neighbor);
  }
  EXPECT_EQ(read(follower, partition, all, neighbor),
            (Lines{at_line("client-7", 1), at_line("client-1007", 1), at_line("client-2007", 1),
                   at_line("client-3007", 1), at_line("client-4007", 1)}));
  EXPECT_EQ(follower.position(), 5000U);
}

TEST(Follower, that_walked_is_then_given_what_changed_behind_its_back_and_nothing_twice) {
  ChangedBackwards far(Tuning().walk_after_changes + 1);
  read(far.follower, far.partition, 2);
  offer(far.partition, at_line("client-903", 3));  // walked past already
  offer(far.partition, at_line("client-1", 3));    // before where the walk gave anything
  offer(far.partition, at_line("client-4999", 3));
  offer(far.partition, at_line("new", 3));
  const auto walked = read(far.follower, far.partition);
  EXPECT_EQ(walked.size(), 4095U);
  EXPECT_EQ(walked.back(), at_line("client-4999", 3));
  EXPECT_EQ(read(far.follower, far.partition),
            (Lines{at_line("client-903", 3), at_line("client-1", 3), at_line("new", 3)}))
      << "in the next read, after others had their turn";
  EXPECT_EQ(far.follower.position(), far.partition.sequence());
}

TEST(Follower, that_must_walk_again_is_not_given_again_what_changed_before_the_first_walk_came_to_it) {
  ChangedBackwards far(ChangedBackwards::clients);
  EXPECT_EQ(read(far.follower, far.partition, 1), Lines{at_line("client-0", 2)});
  for (std::size_t i = 0; i < ChangedBackwards::clients; ++i) offer(far.partition, at_line(client_name(i), 3));
  EXPECT_EQ(read(far.follower, far.partition).size(), 4999U);
  EXPECT_EQ(far.follower.position(), 10'000U);  // that is: before the changes made during the walk
  EXPECT_EQ(read(far.follower, far.partition), Lines{at_line("client-0", 3)});
  EXPECT_EQ(far.follower.position(), far.partition.sequence());
}

TEST(Follower, looks_at_no_more_slots_in_one_read_than_its_bound) {
  Partition partition;
  Follower follower;
  add_clients(partition, 20'000);
  follower.resume(20'000);
  for (std::size_t time = 2; time < 5002; ++time) offer(partition, at_line("client-19999", time));
  EXPECT_EQ(read(follower, partition), Lines{});
  EXPECT_EQ(follower.position(), std::nullopt);
  EXPECT_EQ(read(follower, partition), Lines{at_line("client-19999", 5001)});
  EXPECT_EQ(follower.position(), partition.sequence());
}

TEST(Follower, that_starts_over_gets_no_more_in_one_read_than_its_bound) {
  Partition partition;
  Follower follower;
  add_clients(partition, 20'000);
  follower.start_over(partition);
  EXPECT_EQ(read(follower, partition).size(), Follower::looks_per_turn);
  EXPECT_EQ(follower.position(), std::nullopt);
  EXPECT_EQ(read(follower, partition).size(), 20'000 - Follower::looks_per_turn);
  EXPECT_EQ(follower.position(), 20'000U);
}

TEST(Follower, has_one_bound_for_what_it_walks_and_the_changes_after_it) {
  Partition partition;
  Follower follower;
  add_clients(partition, 16'000);
  follower.start_over(partition);
  for (std::size_t i = 0; i < 1000; ++i) offer(partition, at_line(client_name(i), 2));
  EXPECT_EQ(read(follower, partition).size(), Follower::looks_per_turn - 1000) << "those come as changes";
  EXPECT_EQ(follower.position(), 16'384U);
  EXPECT_EQ(read(follower, partition).size(), 616U);
  EXPECT_EQ(follower.position(), 17'000U);
}

// A reader that takes ten records while a hundred change. All clients change again within 2,000 changes, and entries
// that were overtaken cost it nothing, so it stays no further behind than that: yet reading change by change, it would
// find each entry of the one that moves all the time overtaken already.
TEST(Follower, that_never_catches_up_still_reaches_the_client_that_moves_all_the_time) {
  Partition partition;
  Follower follower;
  constexpr std::size_t clients = 1000;
  add_clients(partition, clients);
  follower.resume(clients);
  std::size_t time = 1;
  std::size_t waiting = 0;
  std::size_t waited_max = 0;
  for (int turn = 0; turn < 3000; ++turn) {
    for (std::size_t i = 0; i < 50; ++i) {
      ++time;
      offer(partition, at_line("client-500", time));
      offer(partition, at_line(client_name(time % clients), time));
    }
    ++waiting;
    for (const auto& line : read(follower, partition, 10)) {
      if (line.find(" client-500 ") != std::string::npos) waiting = 0;
    }
    waited_max = std::max(waited_max, waiting);
  }
  // At most: until it walks, one walk that had passed the client, and one that comes to it.
  EXPECT_LE(waited_max, Tuning().walk_after_changes / 100 + 2 * clients / 10);
  EXPECT_FALSE(follower.is_caught_up(partition.sequence()));
}

/// What a reader holds, who takes the newest of what it is given, and what it has been told it holds.
struct Holder {
  std::map<std::string, std::string, std::less<>> table;
  Follower follower;

  void take(const Partition& partition, std::size_t enough, Neighbor except) {
    for (const auto& line : read(follower, partition, enough, except)) {
      auto& held = table[std::string(wire::parse_record(line)->client)];
      if (held.empty() || wire::compare(*wire::parse_record(line), *wire::parse_record(held)) > 0) held = line;
    }
  }

  bool holds(const Partition::Held& held) const {
    const auto found = table.find(wire::parse_record(line_of(held))->client);
    return found != table.end() && found->second == line_of(held);
  }
};

TEST(Follower, whose_walk_takes_more_steps_than_it_remembers_is_given_some_records_twice_and_none_too_few) {
  Partition partition;
  Holder reader;
  constexpr std::size_t clients = 3 * Follower::steps_max;
  add_clients(partition, clients);
  std::size_t turns = 0;
  while (!reader.follower.is_caught_up(partition.sequence())) {
    // One change before and one behind where the walk is, as long as it is under way.
    if (turns < clients / 2) {
      offer(partition, at_line("client-0", 2 + turns));
      offer(partition, at_line(client_name(clients - 1 - turns % 100), 2 + turns));
    }
    reader.take(partition, 1, nobody);
    ++turns;
  }
  for (std::size_t slot = 0; slot < partition.slots(); ++slot) ASSERT_TRUE(reader.holds(partition.held(slot)));
  EXPECT_LT(turns, clients + 200);
}

TEST(Follower, tells_no_position_up_to_which_its_reader_does_not_hold_everything) {
  const std::uint64_t first_seed = 20260506;
  for (auto seed = first_seed; seed < first_seed + 5; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    Partition partition;
    Holder reader;
    std::size_t time = 1;
    std::size_t positions = 0;
    std::size_t walks = 0;
    const auto check = [&] {
      const auto position = reader.follower.position();
      ++(position ? positions : walks);
      for (std::size_t slot = 0; slot < partition.slots(); ++slot) {
        const auto held = partition.held(slot);
        if (position && held.sequence() <= *position && held.known_by().taught_by != neighbor)
          ASSERT_TRUE(reader.holds(held));
      }
    };
    for (int turn = 0; turn < 300; ++turn) {
      const auto changes = random() % 20 == 0 ? 5000 : random() % 100;
      for (std::size_t i = 0; i < changes; ++i) {
        // What the reader taught, it holds.
        const auto line = at_line(client_name(random() % 300), ++time);
        const bool from_reader = random() % 5 == 0;
        offer(partition, line, from_reader ? neighbor : heard_here);
        if (from_reader) reader.table[std::string(wire::parse_record(line)->client)] = line;
      }
      if (random() % 50 == 0) {
        reader.table.clear();
        reader.follower.start_over(partition);
      }
      reader.take(partition, 1 + random() % 80, neighbor);
      ASSERT_NO_FATAL_FAILURE(check());
    }
    while (!reader.follower.is_caught_up(partition.sequence())) reader.take(partition, all, neighbor);
    for (std::size_t slot = 0; slot < partition.slots(); ++slot) ASSERT_TRUE(reader.holds(partition.held(slot)));
    EXPECT_GT(positions, 20U);
    EXPECT_GT(walks, 20U);
  }
}

}  // namespace
}  // namespace herd::store
