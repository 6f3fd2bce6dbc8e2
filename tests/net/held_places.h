#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "herd/places/provider.h"

namespace herd::net {

/// Places that are not told until the test says so.
class HeldPlaces : public places::Provider {
 public:
  void find_nearby(std::vector<places::NearbyQuery> queries, Found on_found) override {
    {
      const std::lock_guard lock(mutex_);
      asked_.push_back({std::move(queries), std::move(on_found)});
    }
    came_.notify_one();
  }

  /// Waits until somebody asks and takes what is asked; throws after 10 s.
  struct Asked {
    std::vector<places::NearbyQuery> queries;
    Found answer;
  };
  Asked next() {
    std::unique_lock lock(mutex_);
    if (!came_.wait_for(lock, std::chrono::seconds(10), [this] { return !asked_.empty(); })) {
      throw std::runtime_error("nobody asked for places");
    }
    auto asked = std::move(asked_.front());
    asked_.pop_front();
    return asked;
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<Asked> asked_;
};

/// Has no memory for any question.
class NoPlaces : public places::Provider {
 public:
  void find_nearby(std::vector<places::NearbyQuery>, Found) override { throw std::bad_alloc(); }
};

}  // namespace herd::net
