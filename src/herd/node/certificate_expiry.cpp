#include "herd/node/certificate_expiry.h"

#include "herd/net/certificate.h"

namespace herd::node {

std::optional<std::string> expiry_warning(const std::filesystem::path& file, std::int64_t valid_until, std::int64_t now,
                                          std::string_view what_then) {
  constexpr std::int64_t early_s = 14 * 24 * 3600;
  const auto left = valid_until - now;
  if (left > early_s) return std::nullopt;
  return file.string() + (left > 0 ? " expires on " : " expired on ") + net::utc_text(valid_until) + ", " +
         std::string(what_then);
}

}  // namespace herd::node
