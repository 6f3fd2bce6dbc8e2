#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "herd/base/result.h"
#include "herd/google/google_key.h"
#include "herd/node/https_url.h"

namespace herd::node {

/// What [places] says of Google, which is asked if there is a key.
struct GoogleConfig {
  std::optional<std::filesystem::path> key_file = std::nullopt;  ///< google_key_file
  HttpsUrl url{{"maps.googleapis.com", 443}, {}};                ///< google_url
  std::filesystem::path authorities = {};  ///< google_ca: PEM; empty: those that the system trusts
  std::uint64_t timeout_ms = 2000;         ///< google_timeout_ms
  std::uint64_t cache_s = 300;             ///< google_cache_s; 0: nothing is kept
  std::uint64_t requests_per_day = 1000;   ///< google_requests_per_day

  friend bool operator==(const GoogleConfig&, const GoogleConfig&) = default;
};

/// Where a key is looked for if no file is named.
inline constexpr auto google_key_variable = "PROXYHERD_GOOGLE_KEY";

struct FoundGoogleKey {
  google::GoogleKey key;
  std::string source;   ///< the file, or the variable
  std::string warning;  ///< what deserves a word, such as a file that others can read; empty: nothing
};

/// The key in the file, or in the environment if no file is named; none if there is neither. The error names the place
/// and says what is wrong there, and does not repeat what it holds.
Result<std::optional<FoundGoogleKey>> find_google_key(const GoogleConfig& config);

}  // namespace herd::node
