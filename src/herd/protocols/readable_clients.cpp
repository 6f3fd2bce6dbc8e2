#include "herd/protocols/readable_clients.h"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

namespace herd::protocols {
namespace {

/// An id has to be fetched before it is compared.
constexpr std::size_t bytes_copied_per_comparison = 64;

}  // namespace

store::Whereabouts::Choice readable_clients(const Grant& grant) {
  if (!grant.may(Verb::read)) return {.names = std::span<const std::string>()};
  if (grant.is_for_all_clients()) return {};
  if (grant.patterns() == 0) return {.names = std::span(grant.named())};
  return {.is_wanted =
              [&grant](std::string_view client, std::size_t& work_left) {
                auto comparisons = client.size() / bytes_copied_per_comparison;
                const bool is_readable = grant.may(Verb::read, client, comparisons);
                work_left -= std::min(work_left, std::max(comparisons, comparisons_max / looked_at_max));
                return is_readable;
              },
          .work_max = comparisons_max};
}

}  // namespace herd::protocols
