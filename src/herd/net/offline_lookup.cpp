#include "herd/net/offline_lookup.h"

#include <boost/asio/defer.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <utility>

namespace herd::net {

namespace asio = boost::asio;

/// Queries that are answered together, over several turns.
struct OfflineLookup::Batch {
  std::vector<places::NearbyQuery> queries;
  std::string info_message;
  Found on_found;
  std::vector<std::string> answers;
  std::size_t answers_bytes = 0;

  bool is_done() const { return answers.size() == queries.size() || answers_bytes >= answers_bytes_max; }

  void answer_next(const places::OfflinePlaces& places) {
    answers.push_back(places.nearby_search(queries[answers.size()], info_message));
    answers_bytes += answers.back().size();
  }
};

OfflineLookup::OfflineLookup(Places places, std::size_t threads) : places_(std::move(places)), threads_(threads) {}

OfflineLookup::~OfflineLookup() {
  threads_.stop();
  threads_.join();
}

void OfflineLookup::find_nearby(std::vector<places::NearbyQuery> queries, Found on_found) {
  find_nearby(std::move(queries), {}, std::move(on_found));
}

void OfflineLookup::find_nearby(std::vector<places::NearbyQuery> queries, std::string info_message, Found on_found) {
  auto batch = std::make_unique<Batch>();
  batch->queries = std::move(queries);
  batch->info_message = std::move(info_message);
  batch->on_found = std::move(on_found);
  batch->answers.reserve(batch->queries.size());
  asio::post(threads_, [this, batch = std::move(batch)]() mutable { take_turn(std::move(batch)); });
}

void OfflineLookup::take_turn(std::unique_ptr<Batch> batch) {
  try {
    const auto places = this->places();
    for (std::size_t i = 0; i < queries_per_turn && !batch->is_done(); ++i) batch->answer_next(*places);
  } catch (const std::exception&) {
    return batch->on_found({});
  }
  if (batch->is_done()) return batch->on_found(std::move(batch->answers));
  // Behind the others. Not post(), which would wake a thread that sleeps although this one has time.
  asio::defer(threads_, [this, batch = std::move(batch)]() mutable { take_turn(std::move(batch)); });
}

void OfflineLookup::replace(Places places) {
  // The old ones go, if nobody asks them any more, once the lock is released.
  const std::lock_guard lock(mutex_);
  places_.swap(places);
}

OfflineLookup::Places OfflineLookup::places() const {
  const std::lock_guard lock(mutex_);
  return places_;
}

}  // namespace herd::net
