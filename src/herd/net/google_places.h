#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "herd/base/time.h"
#include "herd/google/google_key.h"
#include "herd/google/google_questions.h"
#include "herd/net/https_client.h"
#include "herd/net/log_file.h"
#include "herd/net/offline_lookup.h"
#include "herd/places/provider.h"

namespace herd::net {

/// What GET /v1/status tells of Google Places.
struct GoogleStatus {
  google::GoogleCounts counts;
  google::GoogleBreaker::State breaker = google::GoogleBreaker::State::closed;
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
    google::GoogleQuestions::Options questions;
  };

  /// `offline` and `log` outlive it. Throws std::runtime_error if the authorities cannot be read.
  GoogleLookup(const Options& options, google::GoogleKey key, OfflineLookup& offline, LogFile& log);

  /// Ends what is under way at once; those who wait for it are never called.
  ~GoogleLookup() override;

  void find_nearby(std::vector<places::NearbyQuery> queries, Found on_found) override;

  /// For the requests from now on; from any thread.
  void use_key(google::GoogleKey key);

  /// From any thread.
  GoogleStatus status() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace herd::net
