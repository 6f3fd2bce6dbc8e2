#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "herd/base/time.h"
#include "herd/google/google_breaker.h"
#include "herd/google/google_cache.h"

namespace herd::google {

/// What happened since the start, and what is so now.
struct GoogleCounts {
  std::uint64_t questions = 0;    ///< heard, each time
  std::uint64_t from_cache = 0;   ///< answered at once
  std::uint64_t joined = 0;       ///< waited for an equal question's request
  std::uint64_t requests = 0;     ///< made
  std::uint64_t answers = 0;      ///< requests that had one
  std::uint64_t failures = 0;     ///< requests that had none
  std::uint64_t over_quota = 0;   ///< questions not asked: the day's requests were used up
  std::uint64_t spared = 0;       ///< questions not asked: the breaker was open
  std::uint64_t crowded_out = 0;  ///< questions not asked: too many requests under way, or too many waiting for them
};

/// Which questions Google is asked, and which are answered without it: from the cache, by an equal question's request,
/// or not at all, because of the daily quota, the breaker or the bounds. Knows neither network nor clock.
///
/// `now` is a steady clock's; `utc_day` counts days of POSIX time, and quotas begin anew with each. (Google's own begin
/// at midnight in California.)
class GoogleQuestions {
 public:
  struct Options {
    Duration cache_time = 300 * second;  ///< 0: nothing is kept
    std::uint64_t requests_per_day = 1000;
    std::size_t requests_max = 64;        ///< under way at once
    std::size_t waiting_max = 16 * 1024;  ///< tickets that wait for them
    GoogleCache::Bounds cache = {};
  };

  /// INVALID_REQUEST is not asked again for so long, or for the cache's time if that is shorter.
  static constexpr Duration invalid_time_max = 60 * second;

  /// The caller's name for one who waits for an answer.
  using Ticket = std::uint64_t;

  struct Wait {};     ///< the ticket will be among those that end() returns
  struct Request {};  ///< the same, and the caller makes the request, and calls end() whatever comes of it
  using Decision = std::variant<GoogleOutcome, Wait, Request>;

  explicit GoogleQuestions(const Options& options) : options_(options), cache_(options.cache) {}

  /// What is to be done about a question (google_question). A failure says why Google is not asked.
  Decision ask(const std::string& question, Ticket ticket, Time now, std::int64_t utc_day);

  /// What came of the request; returns who waited for it, in the order of their asking.
  std::vector<Ticket> end(const std::string& question, const GoogleOutcome& outcome, Time now);

  /// There is another key: what the last one failed at is tried again.
  void on_new_key() { breaker_.reset(); }

  /// To be called now and then: frees what is too old to be given.
  void forget_old(Time now) { cache_.forget_old(now); }

  const GoogleCounts& counts() const { return counts_; }
  const GoogleCache& cache() const { return cache_; }
  const GoogleBreaker& breaker() const { return breaker_; }
  std::size_t requests_under_way() const { return under_way_.size(); }
  std::uint64_t requests_left(std::int64_t utc_day) const;
  /// Why the last request failed that did, for the operator; empty if none did.
  std::string last_failure() const { return last_failure_.reason + last_failure_.detail; }

 private:
  struct UnderWay {
    GoogleBreaker::Permit permit = 0;
    std::vector<Ticket> tickets;
  };

  GoogleFailure not_asked(std::uint64_t& count, std::string why);

  Options options_;
  GoogleCache cache_;
  GoogleBreaker breaker_;
  std::unordered_map<std::string, UnderWay> under_way_;
  std::size_t waiting_ = 0;  // tickets in under_way_
  std::int64_t utc_day_ = 0;
  std::uint64_t requests_today_ = 0;  // on utc_day_
  GoogleFailure last_failure_;
  GoogleCounts counts_;
};

}  // namespace herd::google
