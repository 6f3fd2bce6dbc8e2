#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "herd/simulation/random.h"

namespace herd::simulation {

/// Which servers are linked: pairs of indices, the smaller first.
using Edges = std::vector<std::pair<std::size_t, std::size_t>>;

/// Who is linked to whom. Names are in order, so that the smaller index is the smaller id, which dials.
struct Topology {
  std::string shape;
  std::vector<std::string> names;
  Edges edges;
};

Topology chain(std::size_t servers);
Topology ring(std::size_t servers);  ///< of three or more; of two, a pair
Topology star(std::size_t servers);
Topology binary_tree(std::size_t servers);
/// Connected: a random tree and `more` edges besides, as far as there is room for them.
Topology mesh(std::size_t servers, std::size_t more, Random& random);
/// The five servers and six links of the example herd.
Topology the_seeds_five();

}  // namespace herd::simulation
