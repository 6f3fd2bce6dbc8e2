#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "herd/base/time.h"
#include "herd/live/client_texts.h"
#include "herd/live/live_clients.h"
#include "herd/store/follower.h"
#include "herd/store/record_store.h"

namespace herd::live {

/// The herd's changes as a live feed sees them, one after the other: a follower of each partition, what is known of
/// each client, and its text if somebody wants to know.
///
/// A partition is locked only while something is copied from it: its clients may be waiting for it.
class LiveChanges {
 public:
  using Id = LiveClients::Id;

  struct Change {
    Id id = 0;
    LiveClients::Place before;  ///< where the feed saw it last
    LiveClients::Place now;
    std::string_view client;  ///< its id; valid during the call
  };
  /// Says what telling it took: 1 for each who wants to know, and the comparisons of Grant::may.
  using OnChange = std::function<std::size_t(const Change&)>;

  /// A measure of work for one read(): about a millisecond's. A look at a slot is 1, a text 8, four subscribers told 1.
  static constexpr std::size_t work_per_read = 20'000;

  /// `store` outlives it.
  LiveChanges(const store::RecordStore& store, OnChange on_change);

  /// Somebody wants to know, after a while in which nobody did. Goes on where it was, if that is not long ago; else it
  /// begins a new life at the present, knowing nothing.
  void begin(Time now);

  /// What changed since, or a part of it; the rest comes with the next call.
  void read();

  /// Takes in what this client did since, if anything.
  void refresh(Id id);

  /// The number of a client, which it keeps for ever; none if nothing was heard of it yet.
  std::optional<Id> id_of(std::string_view client) const;

  std::string client_of(Id id) const;

  /// Of a client as it is known here: takes in what it did since, if the text is yet to be made. Valid until anything
  /// is read.
  ClientTexts::Text text(Id id);

  const LiveClients& clients() const { return clients_; }
  /// No other feed, here or elsewhere, has the same.
  const std::string& life() const { return life_; }
  void sweep(Duration now) { texts_.sweep(now); }

 private:
  static LiveClients::Place place_of(const store::Partition::Held& held) {
    return held.is_tombstone() ? LiveClients::Place() : held.location();
  }
  std::size_t partition_of(Id id) const { return id % followers_.size(); }
  std::size_t slot_of(Id id) const { return id / followers_.size(); }
  bool is_near() const;
  // What a partition held of a client.
  struct Seen {
    Id id = 0;
    LiveClients::Place place;
    std::size_t client_size = 0;  // of its id, which is in seen_clients_
  };

  void see(Id id, const store::Partition::Held& held);
  void take_seen();

  const store::RecordStore& store_;
  OnChange on_change_;
  std::string life_;
  std::vector<store::Follower> followers_;  // by partition
  std::size_t next_partition_ = 0;
  std::size_t work_ = 0;  // of this read
  std::vector<Seen> seen_;
  std::string seen_clients_;
  LiveClients clients_;
  ClientTexts texts_;
};

}  // namespace herd::live
