#include "herd/store/digest_tree.h"

#include <gtest/gtest.h>
#include <limits>
#include <random>
#include <set>

#include "store/reports.h"

namespace herd::store {
namespace {

const HerdHash hash("ucla");

void catch_up(DigestTree& tree, const Partition& partition) {
  auto looks_left = std::numeric_limits<std::size_t>::max();
  tree.catch_up(partition, hash, looks_left);
  ASSERT_EQ(tree.position(), partition.sequence());
}

/// The leaves in which two trees of the same depth differ.
std::set<std::uint32_t> differing_leaves(const DigestTree& a, const DigestTree& b) {
  std::set<std::uint32_t> differing;
  for (std::uint32_t leaf = 0; leaf < nodes_on(a.depth()); ++leaf) {
    if (a.digest(a.depth(), leaf) != b.digest(b.depth(), leaf)) differing.insert(leaf);
  }
  return differing;
}

TEST(DigestTree, has_no_position_before_it_was_asked) {
  EXPECT_EQ(DigestTree().position(), std::nullopt);
}

TEST(DigestTree, of_an_empty_table_is_a_root_of_zero) {
  const Partition partition;
  DigestTree tree;
  catch_up(tree, partition);
  EXPECT_EQ(tree.depth(), 0U);
  EXPECT_EQ(tree.digest(0, 0), 0U);
}

TEST(DigestTree, of_equal_tables_is_equal_however_they_came_to_be) {
  Partition one;
  Partition other;
  DigestTree of_one;
  DigestTree of_other;
  for (std::size_t i = 0; i < 1000; ++i) offer(one, at_line(client_name(i), 5));
  for (std::size_t i = 1000; i-- > 0;) {
    offer(other, at_line(client_name(i), 4), 3);
    if (i % 100 == 0) catch_up(of_other, other);
    offer(other, at_line(client_name(i), 5), 3);
  }
  catch_up(of_one, one);
  catch_up(of_other, other);
  EXPECT_EQ(of_one.depth(), 2U);
  EXPECT_EQ(of_other.depth(), 2U);
  EXPECT_NE(of_one.digest(0, 0), 0U);
  EXPECT_EQ(of_one.digest(0, 0), of_other.digest(0, 0));
  EXPECT_EQ(differing_leaves(of_one, of_other), std::set<std::uint32_t>{});
}

TEST(DigestTree, differs_below_the_nodes_of_the_clients_that_differ_and_nowhere_else) {
  Partition one;
  Partition other;
  for (std::size_t i = 0; i < 1000; ++i) {
    offer(one, at_line(client_name(i), 5));
    offer(other, at_line(client_name(i), i == 7 || i == 700 ? 6 : 5));
  }
  offer(other, at_line("kiwi", 5));
  DigestTree of_one;
  DigestTree of_other;
  catch_up(of_one, one);
  catch_up(of_other, other);
  std::set<std::uint32_t> expected;
  for (const auto& client : {client_name(7), client_name(700), std::string("kiwi")}) {
    expected.insert(node_of(hash.client(client), 2));
  }
  EXPECT_EQ(differing_leaves(of_one, of_other), expected);
}

TEST(DigestTree, has_in_every_node_the_sum_of_its_children) {
  Partition partition;
  add_clients(partition, 5000);
  DigestTree tree;
  catch_up(tree, partition);
  ASSERT_EQ(tree.depth(), 3U);
  for (unsigned level = 0; level < 3; ++level) {
    for (std::uint32_t node = 0; node < nodes_on(level); ++node) {
      std::uint64_t sum = 0;
      for (std::uint32_t child = 0; child < children_per_node; ++child) {
        sum += tree.digest(level + 1, node * children_per_node + child);
      }
      ASSERT_EQ(tree.digest(level, node), sum) << level << " " << node;
    }
  }
}

TEST(DigestTree, gets_another_level_when_its_leaves_hold_more_than_4_records_each) {
  Partition partition;
  DigestTree tree;
  for (const auto& [clients, depth] : {std::pair{4U, 0U}, {5U, 1U}, {64U, 1U}, {65U, 2U}, {1024U, 2U}, {1025U, 3U}}) {
    while (partition.slots() < clients) offer(partition, at_line(client_name(partition.slots()), 5));
    catch_up(tree, partition);
    EXPECT_EQ(tree.depth(), depth) << clients;
  }
}

TEST(DigestTree, is_never_deeper_than_four_levels) {
  Partition partition({.records_per_leaf = 0});
  add_clients(partition, 3);
  DigestTree tree;
  catch_up(tree, partition);
  EXPECT_EQ(tree.depth(), level_max);
  EXPECT_EQ(level_max, 4U);
}

TEST(DigestTree, looks_at_no_more_slots_at_a_time_than_it_may) {
  Partition partition;
  add_clients(partition, 1000);
  DigestTree tree;
  std::size_t looks_left = 400;
  tree.catch_up(partition, hash, looks_left);
  EXPECT_EQ(looks_left, 0U);
  EXPECT_EQ(tree.position(), std::nullopt);
  looks_left = 400;
  tree.catch_up(partition, hash, looks_left);
  EXPECT_EQ(tree.position(), std::nullopt);
  looks_left = 400;
  tree.catch_up(partition, hash, looks_left);
  EXPECT_EQ(looks_left, 200U);
  EXPECT_EQ(tree.position(), 1000U);
}

TEST(DigestTree, of_a_partition_that_never_rests_comes_to_a_position_all_the_same) {
  Partition partition({.walk_after_changes = 16});
  add_clients(partition, 2000);
  DigestTree tree;
  std::size_t time = 1;
  std::size_t known = 0;
  for (int turn = 0; turn < 100; ++turn) {
    ++time;
    for (std::size_t i = 0; i < 40; ++i) offer(partition, at_line(client_name(i), time));
    std::size_t looks_left = 100;
    tree.catch_up(partition, hash, looks_left);
    known += tree.position() ? 1 : 0;
  }
  EXPECT_GE(known, 60U) << "the first 20 turns look at everyone";
}

TEST(DigestTree, tells_the_truth_after_any_changes) {
  constexpr std::uint64_t seed = 20261122;
  std::mt19937_64 random(seed);
  Partition partition({.ring_entries = 64, .walk_after_changes = 16, .records_per_leaf = 1});
  DigestTree tree;
  std::size_t time = 1;
  for (int round = 0; round < 300; ++round) {
    for (auto changes = random() % 100; changes > 0; --changes) {
      offer(partition, at_line(client_name(random() % (10 + 2 * static_cast<unsigned>(round))), ++time));
    }
    auto looks_left = static_cast<std::size_t>(random() % 200);
    tree.catch_up(partition, hash, looks_left);
    if (round % 10 != 0) continue;
    catch_up(tree, partition);
    DigestTree fresh;
    catch_up(fresh, partition);
    ASSERT_EQ(tree.depth(), fresh.depth()) << "seed " << seed << " round " << round;
    ASSERT_EQ(differing_leaves(tree, fresh), std::set<std::uint32_t>{}) << "seed " << seed << " round " << round;
  }
}

}  // namespace
}  // namespace herd::store
