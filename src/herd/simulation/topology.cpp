#include "herd/simulation/topology.h"

#include <algorithm>

namespace herd::simulation {
namespace {

/// "A", "B" ... for a few; "s000", "s001" ... for many.
std::vector<std::string> names_of(std::size_t servers) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < servers; ++i) {
    if (servers <= 26) {
      names.emplace_back(1, static_cast<char>('A' + i));
    } else {
      const auto digits = std::to_string(i);
      names.push_back("s" + std::string(5 - std::min<std::size_t>(5, digits.size()), '0') + digits);
    }
  }
  return names;
}

}  // namespace

Topology chain(std::size_t servers) {
  Topology topology{servers == 2 ? "pair" : "chain", names_of(servers), {}};
  for (std::size_t i = 1; i < servers; ++i) topology.edges.emplace_back(i - 1, i);
  return topology;
}

Topology ring(std::size_t servers) {
  auto topology = chain(servers);
  if (servers < 3) return topology;
  topology.shape = servers == 3 ? "triangle" : "ring";
  topology.edges.emplace_back(0, servers - 1);
  return topology;
}

Topology star(std::size_t servers) {
  Topology topology{"star", names_of(servers), {}};
  for (std::size_t i = 1; i < servers; ++i) topology.edges.emplace_back(0, i);
  return topology;
}

Topology binary_tree(std::size_t servers) {
  Topology topology{"tree", names_of(servers), {}};
  for (std::size_t i = 1; i < servers; ++i) topology.edges.emplace_back((i - 1) / 2, i);
  return topology;
}

Topology mesh(std::size_t servers, std::size_t more, Random& random) {
  Topology topology{"mesh", names_of(servers), {}};
  auto& edges = topology.edges;
  for (std::size_t i = 1; i < servers; ++i) edges.emplace_back(random.below(i), i);
  more = std::min(more, servers * (servers - 1) / 2 - edges.size());
  // Sorted, so that whether an edge is there is quickly known of thousands.
  std::ranges::sort(edges);
  while (more > 0) {
    const auto a = random.below(servers);
    const auto b = random.below(servers);
    const std::pair edge(std::min(a, b), std::max(a, b));
    const auto at = std::ranges::lower_bound(edges, edge);
    if (a == b || (at != edges.end() && *at == edge)) continue;
    edges.insert(at, edge);
    --more;
  }
  return topology;
}

Topology the_seeds_five() {
  return {
      "five", {"Bernard", "Campbell", "Jaquez", "Juzang", "Riley"}, {{2, 4}, {3, 4}, {0, 2}, {0, 3}, {0, 1}, {1, 3}}};
}

}  // namespace herd::simulation
