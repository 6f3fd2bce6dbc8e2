#include "herd/node/config.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

/// A herd.toml of any bytes is refused with a reason, or describes a herd whose links have two ends.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto config =
      herd::node::parse_config(std::string_view(reinterpret_cast<const char*>(data), size), "/herd/herd.toml");
  if (!config) {
    if (config.error().message.empty()) std::abort();
    return 0;
  }
  if (config->servers.empty()) std::abort();
  for (const auto& server : config->servers) {
    for (const auto& id : server.talks_with) {
      const auto* other = config->find(id);
      if (other == nullptr || other == &server) std::abort();
    }
  }
  return 0;
}
