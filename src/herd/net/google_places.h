#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "herd/base/time.h"
#include "herd/net/https_client.h"
#include "herd/net/log_file.h"
#include "herd/net/offline_lookup.h"
#include "herd/places/google_key.h"
#include "herd/places/google_questions.h"
#include "herd/places/provider.h"

namespace herd::net {

/// What GET /v1/status tells of Google Places.
struct GoogleStatus {
  places::GoogleCounts counts;
  places::GoogleBreaker::State breaker = places::GoogleBreaker::State::closed;
  std::uint64_t breaker_opened = 0;
  std::uint64_t requests_left_today = 0;
  std::size_t requests_under_way = 0;
  std::size_t cached = 0;  ///< answers
  std::size_t cache_bytes = 0;
  std::uint64_t cache_evicted = 0;
  std::uint64_t connections_made = 0;
  std::string last_failure;  ///< of a request; empty: none failed
};

/// Places from Google, on an event loop and a thread of its own, so that nobody else ever waits for it; from offline
/// files, which then say why, where Google does not answer.
class GoogleLookup : public places::Provider {
 public:
  struct Options {
    HttpsClient::Options server;
    std::string path_prefix;  ///< a gateway's, before Google's own path: "/maps-gateway"; no slash at its end
    places::GoogleQuestions::Options questions;
  };

  /// `offline` and `log` outlive it. Throws std::runtime_error if the authorities cannot be read.
  GoogleLookup(const Options& options, places::GoogleKey key, OfflineLookup& offline, LogFile& log);

  /// Ends what is under way at once; those who wait for it are never called.
  ~GoogleLookup() override;

  void find_nearby(std::vector<places::NearbyQuery> queries, Found on_found) override;

  /// For the requests from now on; from any thread.
  void use_key(places::GoogleKey key);

  /// From any thread.
  GoogleStatus status() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace herd::net
