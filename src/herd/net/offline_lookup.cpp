#include "herd/net/offline_lookup.h"

#include <boost/asio/post.hpp>
#include <exception>
#include <utility>

namespace herd::net {

namespace asio = boost::asio;

namespace {

/// All of them, or none if there is no memory for them.
std::vector<std::string> answers_to(const std::vector<places::NearbyQuery>& queries,
                                    const places::OfflinePlaces& places, const std::string& info_message) {
  try {
    std::vector<std::string> answers;
    answers.reserve(queries.size());
    for (const auto& query : queries) answers.push_back(places.nearby_search(query, info_message));
    return answers;
  } catch (const std::exception&) {
    return {};
  }
}

}  // namespace

OfflineLookup::OfflineLookup(Places places, std::size_t threads)
    : places_(std::move(places)), threads_(threads), replacing_(threads_.get_executor()) {}

OfflineLookup::~OfflineLookup() {
  threads_.stop();
  threads_.join();
}

void OfflineLookup::find_nearby(std::vector<places::NearbyQuery> queries, Found on_found) {
  find_nearby(std::move(queries), {}, std::move(on_found));
}

void OfflineLookup::find_nearby(std::vector<places::NearbyQuery> queries, std::string info_message, Found on_found) {
  asio::post(threads_, [this, queries = std::move(queries), info_message = std::move(info_message),
                        on_found = std::move(on_found)] {
    auto answers = answers_to(queries, *places(), info_message);
    on_found(std::move(answers));
  });
}

void OfflineLookup::replace(Places places) {
  // The old ones go, if nobody asks them any more, once the lock is released.
  const std::lock_guard lock(mutex_);
  places_.swap(places);
}

void OfflineLookup::replace_with(std::function<Places()> open) {
  asio::post(replacing_, [this, open = std::move(open)] {
    if (auto places = open()) replace(std::move(places));
  });
}

OfflineLookup::Places OfflineLookup::places() const {
  const std::lock_guard lock(mutex_);
  return places_;
}

}  // namespace herd::net
