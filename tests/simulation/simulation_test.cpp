#include <cstdlib>
#include <gtest/gtest.h>

#include "simulation/simulated_herd.h"

namespace herd::simulation {
namespace {

constexpr Duration faults = 8 * second;
// The longest way back: 3 s until a silent connection is found, half a second until the next dial, hellos and tables
// over up to 0.2 s of delay on each of four hops.
constexpr Duration peace = 10 * second;

std::optional<std::string> failure_of(std::uint64_t seed, std::size_t servers, const Cables& cables) {
  SimulatedHerd herd(seed, servers, cables);
  herd.run_with_faults(faults);
  herd.heal();
  herd.run_quietly(peace);
  if (auto failure = herd.failure()) return failure;
  const auto sent = herd.records_sent();
  herd.run_quietly(3 * second);
  if (herd.records_sent() != sent) return "records are sent though nothing changes";
  return std::nullopt;
}

/// SIMULATION_SEED=N replays one seed; SIMULATION_SEEDS=N runs more than the usual few.
void expect_agreement(std::size_t servers, const Cables& cables, std::uint64_t usual_seeds) {
  const char* one = std::getenv("SIMULATION_SEED");
  const char* more = std::getenv("SIMULATION_SEEDS");
  const auto first = one ? std::strtoull(one, nullptr, 10) : 1;
  const auto seeds = one ? 1 : more ? std::strtoull(more, nullptr, 10) : usual_seeds;
  for (auto seed = first; seed < first + seeds; ++seed) {
    const auto failure = failure_of(seed, servers, cables);
    EXPECT_FALSE(failure) << "SIMULATION_SEED=" << seed << ": " << *failure;
  }
}

TEST(SimulatedHerd, two_servers_agree_after_any_faults) {
  expect_agreement(2, {{0, 1}}, 150);
}

TEST(SimulatedHerd, a_triangle_agrees_after_any_faults) {
  expect_agreement(3, {{0, 1}, {1, 2}, {2, 0}}, 80);
}

TEST(SimulatedHerd, a_chain_agrees_after_any_faults) {
  expect_agreement(4, {{0, 1}, {1, 2}, {2, 3}}, 60);
}

TEST(SimulatedHerd, the_seeds_five_servers_agree_after_any_faults) {
  // In order of their names: Bernard, Campbell, Jaquez, Juzang, Riley.
  expect_agreement(5, {{4, 2}, {4, 3}, {0, 2}, {0, 3}, {0, 1}, {3, 1}}, 60);
}

}  // namespace
}  // namespace herd::simulation
