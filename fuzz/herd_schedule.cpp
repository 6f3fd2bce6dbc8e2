#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "herd/simulation/history.h"

/// Whatever herd the bytes draw, and whatever faults they schedule for it: who can talk ends in agreement.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto outcome = herd::simulation::live_through(std::string_view(reinterpret_cast<const char*>(data), size));
  if (outcome.failure) {
    std::cerr << outcome.shape << ": " << *outcome.failure << '\n';
    std::abort();
  }
  return 0;
}
