#include "herd/protocols/readable_clients.h"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

namespace herd::protocols {

store::Whereabouts::Choice readable_clients(const Grant& grant) {
  if (!grant.may(Verb::read)) return {.names = std::span<const std::string>()};
  if (grant.is_for_all_clients()) return {};
  if (grant.patterns() == 0) return {.names = std::span(grant.named())};
  return {.is_wanted = [&grant](std::string_view client) { return grant.may(Verb::read, client); },
          .looks_max = std::min(looked_at_max, comparisons_max / grant.patterns())};
}

}  // namespace herd::protocols
