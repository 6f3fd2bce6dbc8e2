#pragma once

#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "herd/places/offline_places.h"
#include "herd/places/provider.h"

namespace herd::net {

/// Answers from place files, on threads of its own: files are mapped and may have to come from the disk. Those who ask
/// take turns, so that slow questions of one hold up others for a few at most.
class OfflineLookup : public places::Provider {
 public:
  using Places = std::shared_ptr<const places::OfflinePlaces>;

  /// `places` is not null.
  OfflineLookup(Places places, std::size_t threads);

  /// Waits for the answers that are being made; queries that are not answered completely by then never are.
  ~OfflineLookup() override;

  void find_nearby(std::vector<places::NearbyQuery> queries, Found on_found) override;

  /// The same with `info_message`, if it is not empty, among the "info_messages" of each answer.
  void find_nearby(std::vector<places::NearbyQuery> queries, std::string info_message, Found on_found);

  /// Answers from these files from now on; the old ones go once the questions that are being looked up are answered.
  /// From any thread.
  void replace(Places places);

  /// Looked up in one turn; then it is the turn of whoever waits.
  static constexpr std::size_t queries_per_turn = 4;

 private:
  struct Batch;
  void take_turn(std::unique_ptr<Batch> batch);
  Places places() const;

  mutable std::mutex mutex_;
  Places places_;  // guarded by mutex_
  boost::asio::thread_pool threads_;
};

}  // namespace herd::net
