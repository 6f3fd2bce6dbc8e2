#include "herd/simulation/topology.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>

namespace herd::simulation {
namespace {

TEST(Topology, has_the_smaller_id_dial) {
  Random random{1};
  for (const auto& topology : {chain(5), ring(7), star(4), binary_tree(9), mesh(40, 30, random), the_seeds_five()}) {
    EXPECT_TRUE(std::ranges::is_sorted(topology.names)) << topology.shape;
    for (const auto& [a, b] : topology.edges) EXPECT_LT(a, b) << topology.shape;
  }
}

TEST(Topology, has_as_many_edges_as_its_shape) {
  Random random{1};
  EXPECT_EQ(chain(5).edges.size(), 4U);
  EXPECT_EQ(ring(5).edges.size(), 5U);
  EXPECT_EQ(ring(2).edges.size(), 1U);
  EXPECT_EQ(star(5).edges.size(), 4U);
  EXPECT_EQ(binary_tree(1000).edges.size(), 999U);
  EXPECT_EQ(mesh(1000, 1000, random).edges.size(), 1999U);
  EXPECT_EQ(mesh(4, 100, random).edges.size(), 6U);
  EXPECT_EQ(the_seeds_five().edges.size(), 6U);
}

TEST(Topology, meshes_have_no_edge_twice) {
  Random random{5};
  const auto topology = mesh(30, 200, random);
  EXPECT_EQ(std::set(topology.edges.begin(), topology.edges.end()).size(), topology.edges.size());
}

}  // namespace
}  // namespace herd::simulation
