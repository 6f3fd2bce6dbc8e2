#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "herd/base/result.h"
#include "herd/net/sha256.h"
#include "herd/node/rate_limits.h"
#include "herd/node/token_file.h"
#include "herd/protocols/access.h"

namespace herd::node {

/// What happened since the start.
struct AccessCounters {
  std::uint64_t denied = 0;              ///< refused for want of a grant
  std::uint64_t requests_refused = 0;    ///< over the rate of their address
  std::uint64_t addresses_given_up = 0;  ///< whose rate was forgotten for want of room
  std::size_t tokens = 0;                ///< in use
};

/// Who may do what on this server, by the tokens of a file. Secrets are hashed before they are compared, so that
/// neither memory nor timing tells any. Any thread may call anything.
class AccessControl : public protocols::Access {
 public:
  /// Everybody may do everything until tokens are read. `limits`: requests of each address; null: as many as it likes.
  explicit AccessControl(std::unique_ptr<RateLimits> limits) : limits_(std::move(limits)) {}

  /// Takes the tokens of the file in place of those before; from then on they are needed, and the grants of those that
  /// are gone, or say something else now, are revoked. Returns wrong_with_mode() of the file. The error says what is
  /// wrong with it; those before stay in use. Nobody else waits for it, however many tokens there are; one thread at a
  /// time may call.
  Result<std::optional<std::string>> read(const std::filesystem::path& file);
  void use(const std::vector<Token>& tokens);

  /// Whether tokens are needed.
  bool needs_tokens() const;

  /// By the first that is known of: authorization (in "Basic", any user and the secret as password), certificate,
  /// secret id.
  std::shared_ptr<const protocols::Grant> grant(const Credentials& credentials) const override;
  /// IPv6 addresses count by their /64, which is what one customer has.
  bool admits(std::string_view address, unsigned requests, Time now) override;
  void count_denied() override { denied_.fetch_add(1, std::memory_order_relaxed); }

  AccessCounters counters() const;

 private:
  struct HashOfHash {
    std::size_t operator()(const net::Sha256& hash) const {
      std::size_t first = 0;
      std::memcpy(&first, hash.data(), sizeof first);
      return first;
    }
  };
  using GrantPtr = std::shared_ptr<protocols::Grant>;
  /// By what is shown, and its hash.
  using Grants = std::array<std::unordered_map<net::Sha256, GrantPtr, HashOfHash>, 3>;

  std::unique_ptr<RateLimits> limits_;
  mutable std::shared_mutex mutex_;
  std::optional<Grants> grants_;  // guarded by mutex_; none: everybody may do everything
  std::atomic<std::uint64_t> denied_ = 0;
};

}  // namespace herd::node
