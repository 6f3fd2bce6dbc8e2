#include "herd/simulation/agreement.h"

#include <gtest/gtest.h>

namespace herd::simulation {
namespace {

HerdOptions herd_of(Topology topology) {
  HerdOptions options;
  options.servers.resize(topology.names.size());
  options.cables.resize(topology.edges.size());
  options.topology = std::move(topology);
  return options;
}

TEST(Agreement, is_between_those_who_can_talk) {
  SimulatedHerd herd(herd_of(chain(4)), 1);
  for (std::size_t i = 0; i < 4; ++i) herd.start(i);
  herd.network().cut(0, 1, 0);
  EXPECT_EQ(parts_of(herd), (std::vector<std::optional<std::size_t>>{0, 0, 1, 1}));
  EXPECT_EQ(working_edges(herd), (std::vector{true, false, true}));
  herd.crash(3, Farewell::abrupt);
  EXPECT_EQ(parts_of(herd), (std::vector<std::optional<std::size_t>>{0, 0, 1, std::nullopt}));
  EXPECT_EQ(working_edges(herd), (std::vector{true, false, false}));
}

TEST(Agreement, is_missing_until_a_report_has_spread) {
  SimulatedHerd herd(herd_of(chain(3)), 1);
  for (std::size_t i = 0; i < 3; ++i) herd.start(i);
  herd.run_until(2 * second);
  ASSERT_TRUE(herd.hear(0, 0, clocks_begin + 2 * second, 0));
  const Expected expected(herd);
  EXPECT_EQ(expected.missing(herd),
            "I1: A and B do not agree: AT A +0.000000000 c0 +34.068930-118.445127 1700000002 and nothing");
  herd.run_until(3 * second);
  EXPECT_EQ(expected.missing(herd), std::nullopt);
}

TEST(Agreement, on_less_than_was_held_is_a_loss) {
  SimulatedHerd herd(herd_of(chain(2)), 1);
  for (std::size_t i = 0; i < 2; ++i) herd.start(i);
  herd.network().cut(herd.now(), 0, 0);
  ASSERT_TRUE(herd.hear(0, 0, clocks_begin, 0));
  herd.network().mend(herd.now(), 0);
  const Expected expected(herd);
  herd.crash(0, Farewell::silent);
  herd.start(0);
  herd.run_until(5 * second);
  EXPECT_EQ(expected.missing(herd),
            "I2: A holds nothing though one that it can reach held AT A +1.000000000 c0 +34.068930-118.445127 "
            "1700000000");
}

TEST(Agreement, waits_for_the_last_acknowledgement) {
  SimulatedHerd herd(herd_of(chain(2)), 1);
  for (std::size_t i = 0; i < 2; ++i) herd.start(i);
  const auto working = working_edges(herd);
  EXPECT_EQ(unsettled(herd, working), "the link of A and B does not come to rest: not up; not up");
  herd.run_until(2 * second);
  EXPECT_EQ(unsettled(herd, working), std::nullopt);
  herd.hear(1, 0, clocks_begin, 0);
  EXPECT_EQ(unsettled(herd, working),
            "the link of A and B does not come to rest: up; up, has more to send, lacks acknowledgements of 1 changes");
}

TEST(SimulatedHerd, says_so_when_a_link_speaks_where_quiet_is_expected) {
  SimulatedHerd herd(herd_of(chain(2)), 1);
  for (std::size_t i = 0; i < 2; ++i) herd.start(i);
  herd.run_until(2 * second);
  herd.expect_quiet({true});
  herd.run_until(4 * second);
  EXPECT_EQ(herd.failure(), std::nullopt);
  herd.hear(0, 0, clocks_begin, 0);
  herd.run_until(5 * second);
  EXPECT_EQ(herd.failure(), "not quiet: A still sends to B though nothing changes (message kind 1)");
}

}  // namespace
}  // namespace herd::simulation
