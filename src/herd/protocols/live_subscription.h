#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "herd/geo/cell_grid.h"
#include "herd/geo/location.h"
#include "herd/protocols/access.h"

namespace herd::protocols {

/// Which clients somebody wants to follow.
struct LiveSubscription {
  struct Circle {
    geo::Location center;
    double radius_m = 0;
  };
  using Clients = std::vector<std::string>;  ///< their ids

  std::variant<geo::Box, Circle, Clients> wanted;
  std::shared_ptr<const Grant> grant = Grant::everything();  ///< whom it may read of them
};

}  // namespace herd::protocols
