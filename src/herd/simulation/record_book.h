#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "herd/base/time.h"
#include "herd/wire/record.h"

namespace herd::simulation {

/// Every record that any server of a simulated herd ever made of what a client or somebody else said. What servers hold
/// is known by its number here, so that the checks compare numbers and not bytes.
class RecordBook {
 public:
  using Id = std::uint32_t;
  static constexpr Id none = std::numeric_limits<Id>::max();

  struct Entry {
    std::string bytes;    ///< its identity
    wire::Record record;  ///< points into `bytes`
    std::uint32_t client = 0;
  };

  /// Writes down what `server` makes of a client's report. The same report heard twice at the same time is one record.
  /// `attributes`: none if 0, else one or the other. What is left of it for servers that know of no attributes is
  /// written down too.
  Id add(std::string_view server, std::uint32_t client, Time client_time, Time heard_at, unsigned place,
         unsigned attributes = 0);

  /// Writes down the tombstone that `server` puts in the place of what it holds of a client, perhaps none.
  Id add_tombstone(std::string_view server, std::uint32_t client, Id held, Time now);

  /// none if nobody ever heard of it.
  Id find(std::string_view bytes) const;

  const Entry& operator[](Id id) const { return entries_[id]; }
  std::size_t size() const { return entries_.size(); }

  /// Whether `a` loses against `b`. Against none, nothing loses; against something, none does.
  bool is_older(Id a, Id b) const {
    if (a == b || b == none) return false;
    return a == none || wire::compare(entries_[a].record, entries_[b].record) < 0;
  }

 private:
  Id add(std::uint32_t client);
  std::size_t place_of(std::string_view bytes) const;

  std::deque<Entry> entries_;
  std::vector<Id> index_ = std::vector<Id>(128, none);  // open addressing by the hash of the bytes, at most half full
  std::string line_;                                    // of what is being added
};

}  // namespace herd::simulation
