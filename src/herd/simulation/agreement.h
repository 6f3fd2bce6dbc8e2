#pragma once

#include <optional>
#include <string>
#include <vector>

#include "herd/simulation/record_book.h"
#include "herd/simulation/simulated_herd.h"

namespace herd::simulation {

/// Servers that run and that edges with working cables join, by number of their part of the herd; none for a server
/// that is down.
std::vector<std::optional<std::size_t>> parts_of(const SimulatedHerd& herd);

/// The edges over which two running servers can talk.
std::vector<bool> working_edges(const SimulatedHerd& herd);

/// What every part of a herd must come to hold at least: by part and client the newest record that one of its servers
/// holds now.
class Expected {
 public:
  explicit Expected(const SimulatedHerd& herd);

  /// Why the herd is not in agreement, if it is not: servers of one part that hold different records (I1), or less
  /// than what one of them held (I2).
  std::optional<std::string> missing(const SimulatedHerd& herd) const;

 private:
  std::vector<std::optional<std::size_t>> parts_;
  std::vector<std::vector<RecordBook::Id>> newest_;
};

/// Which working edge has not come to rest, if one has not.
std::optional<std::string> unsettled(const SimulatedHerd& herd, const std::vector<bool>& working);

}  // namespace herd::simulation
