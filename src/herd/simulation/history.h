#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "herd/simulation/simulated_herd.h"

namespace herd::simulation {

/// What one seed came to.
struct Outcome {
  std::string shape;
  std::optional<std::string> failure;
  SimulatedHerd::Tally tally;
  std::uint64_t events = 0;
  std::uint64_t reports = 0;
};

/// Lives through the history that `seed` stands for: a herd of `servers` servers, or of as many as the seed says if
/// that is 0; clients report and faults happen for a second or two; what is mended is mended, and who can talk must
/// agree, have lost nothing, and fall silent. The same seed is the same history on every machine.
Outcome live_through(std::uint64_t seed, std::size_t servers, std::string* trace = nullptr);

/// The same for a history of which each byte of `schedule` decides one thing: what herd it is, when what happens to it.
Outcome live_through(std::string_view schedule);

}  // namespace herd::simulation
