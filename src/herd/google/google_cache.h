#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "herd/base/time.h"
#include "herd/google/google_answer.h"

namespace herd::google {

/// What came back for questions, for a while and in memory only, as Google's terms allow. What is too old is never
/// given; what is oldest goes when a bound is reached.
class GoogleCache {
 public:
  struct Bounds {
    std::size_t entries_max = 4096;
    std::size_t bytes_max = 16 * 1024 * 1024;
  };

  explicit GoogleCache(const Bounds& bounds) : bounds_(bounds) {}

  /// Null if there is none. Valid until the next call that is not const.
  const GoogleOutcome* find(const std::string& question, Time now);

  /// Keeps an outcome until `until`, in place of an earlier one.
  void put(const std::string& question, const GoogleOutcome& outcome, Time until);

  /// Frees what is too old.
  void forget_old(Time now);

  std::size_t size() const { return entries_.size(); }
  /// About what it takes of memory.
  std::size_t bytes() const { return bytes_; }
  /// Entries that went before their time, because a bound was reached.
  std::uint64_t evicted() const { return evicted_; }

 private:
  struct Entry {
    std::string question;
    GoogleOutcome outcome;
    Time until = 0;
    std::size_t bytes = 0;
  };
  using Entries = std::list<Entry>;

  Entries::iterator erase(Entries::iterator entry);

  Bounds bounds_;
  Entries entries_;  // oldest first
  std::unordered_map<std::string_view, Entries::iterator> by_question_;
  std::size_t bytes_ = 0;
  std::uint64_t evicted_ = 0;
};

}  // namespace herd::google
