#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "herd/base/time.h"

namespace herd::protocols {

/// What one may be allowed to do.
enum class Verb : std::uint8_t {
  report,  ///< say where a client is
  read,    ///< where clients are, and follow them live
  forget,  ///< delete a client
  places,  ///< look places up
  status   ///< the server's state and metrics
};

/// What somebody may do, and with which clients. Any thread may call; it never changes, but that it may be revoked.
class Grant {
 public:
  /// `patterns` of client ids as records have them, in which * stands for any bytes, also for none.
  Grant(std::vector<std::string> patterns, const std::vector<Verb>& verbs);

  /// What everybody may on a server that is open.
  static const std::shared_ptr<const Grant>& everything();

  /// From now on nothing may be done by it. It may belong to a connection that goes on.
  void revoke() { is_revoked_.store(true, std::memory_order_relaxed); }
  bool is_revoked() const { return is_revoked_.load(std::memory_order_relaxed); }
  /// Whether the same is said of the same clients; revoked or not.
  bool says_the_same_as(const Grant& other) const {
    return verbs_ == other.verbs_ && is_for_all_ == other.is_for_all_ && named_ == other.named_ &&
           patterns_ == other.patterns_;
  }

  bool may(Verb verb) const { return (verbs_ & bit(verb)) != 0 && !is_revoked(); }
  bool may(Verb verb, std::string_view client) const;
  /// The same; adds to `comparisons` how many it took, each of about the same time (5 to 20 ns): one for each pattern,
  /// one for each piece of it between stars, and one for each 16 bytes of the id that such a piece was looked for in,
  /// or more if it is longer than 64 bytes.
  bool may(Verb verb, std::string_view client, std::size_t& comparisons) const;
  /// The same for all that are for the same clients, in this process; most probably no other's.
  std::size_t fingerprint() const { return fingerprint_; }
  /// Whether it is for each and every client.
  bool is_for_all_clients() const { return is_for_all_ && !is_revoked(); }
  /// The ids that it names, each once, in order; those that it is for, unless patterns() is more than 0.
  const std::vector<std::string>& named() const { return named_; }
  /// How many patterns have a *.
  std::size_t patterns() const { return patterns_.size(); }

 private:
  static constexpr unsigned bit(Verb verb) { return 1U << static_cast<unsigned>(verb); }

  std::vector<std::string> named_;     // sorted
  std::vector<std::string> patterns_;  // with a *
  std::size_t fingerprint_ = 0;
  unsigned verbs_ = 0;
  bool is_for_all_ = false;
  std::atomic<bool> is_revoked_ = false;
};

/// Who may do what. Any thread may call.
class Access {
 public:
  virtual ~Access() = default;

  /// What somebody shows. All may be empty.
  struct Credentials {
    std::string_view authorization = {};  ///< an HTTP Authorization field: "Bearer ..." or "Basic ..."
    std::string_view secret_id = {};      ///< the id of a device whose protocol has no place for a secret
    std::string_view certificate = {};    ///< the common name of a TLS client certificate that was verified
  };

  /// What they may do; null if nothing is known of these credentials. On an open server everything, whatever is shown.
  virtual std::shared_ptr<const Grant> grant(const Credentials& credentials) const = 0;

  /// Notes that so many requests (or commands) came from an address (without port) at `now`, POSIX ns; a clock that is
  /// set back does no harm. False if that is more than it may, which is counted: they are to be refused.
  virtual bool admits(std::string_view address, unsigned requests, Time now) = 0;

  /// For the statistics: something was refused for want of a grant.
  virtual void count_denied() = 0;
};

}  // namespace herd::protocols
