// Whole herds: thousands of histories, each from a seed. `herd-sim` runs any number of them.

#include "herd/simulation/history.h"

#include <cstdint>
#include <gtest/gtest.h>
#include <string>

namespace herd::simulation {
namespace {

void expect_agreement(std::uint64_t first, std::uint64_t last, std::size_t servers) {
  for (auto seed = first; seed <= last; ++seed) {
    const auto outcome = live_through(seed, servers);
    EXPECT_FALSE(outcome.failure) << "herd-sim --seeds 1 --seed " << seed
                                  << (servers == 0 ? "" : " --servers " + std::to_string(servers)) << ": "
                                  << outcome.shape << ": " << *outcome.failure;
  }
}

TEST(Histories, herds_of_any_shape_agree_after_any_faults) {
  expect_agreement(1, 2'500, 0);
}

TEST(Histories, two_servers_agree_after_any_faults) {
  expect_agreement(10'001, 11'500, 2);
}

TEST(Histories, three_servers_agree_after_any_faults) {
  expect_agreement(20'001, 21'500, 3);
}

TEST(Histories, four_servers_agree_after_any_faults) {
  expect_agreement(30'001, 30'500, 4);
}

TEST(Histories, five_servers_agree_after_any_faults) {
  expect_agreement(40'001, 40'700, 5);
}

TEST(Histories, twenty_servers_agree_after_any_faults) {
  expect_agreement(50'001, 50'050, 20);
}

TEST(Histories, are_the_same_for_the_same_seed) {
  std::string first;
  std::string second;
  std::string other;
  live_through(7, 3, &first);
  live_through(7, 3, &second);
  live_through(8, 3, &other);
  EXPECT_GT(first.size(), 1000U);
  EXPECT_EQ(first, second);
  EXPECT_NE(first, other);
}

TEST(Histories, are_no_others_for_being_traced) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::string trace;
    EXPECT_EQ(live_through(seed, 0, &trace).events, live_through(seed, 0).events) << "seed " << seed;
  }
}

TEST(Histories, come_to_everything_that_a_link_can_come_to) {
  SimulatedHerd::Tally sum;
  std::uint64_t reports = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const auto outcome = live_through(seed, 0);
    const auto& tally = outcome.tally;
    reports += outcome.reports;
    sum.replaced += tally.replaced;
    sum.asked += tally.asked;
    sum.refused += tally.refused;
    sum.expired += tally.expired;
    sum.restarted += tally.restarted;
    sum.blocked += tally.blocked;
    sum.resumes += tally.resumes;
    sum.exchanges += tally.exchanges;
  }
  EXPECT_GT(reports, 200U * 20);
  EXPECT_GT(sum.replaced, 10U);
  EXPECT_GT(sum.asked, 20U);
  EXPECT_GT(sum.refused, 2U);
  EXPECT_GT(sum.expired, 200U);
  EXPECT_GT(sum.restarted, 20U);
  EXPECT_GT(sum.blocked, 20U);
  EXPECT_GT(sum.resumes, 1000U);
  EXPECT_GT(sum.exchanges, 1000U);
}

}  // namespace
}  // namespace herd::simulation
