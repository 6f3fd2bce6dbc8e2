#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "herd/store/client_index.h"
#include "herd/store/known_by.h"
#include "herd/store/server_names.h"
#include "herd/store/slots.h"
#include "herd/store/tuning.h"
#include "herd/wire/record.h"

namespace herd::store {

enum class Offered {
  added,      ///< the client is new
  replaced,   ///< newer than what was held
  unchanged,  ///< this very report is held already
  older,      ///< loses against what is held
  refused,    ///< the client is new, and there is no room for it
};

inline bool is_accepted(Offered offered) {
  return offered == Offered::added || offered == Offered::replaced;
}

/// The newest record of every client of one part of the herd's clients, and the numbered log of its changes.
///
/// Invariant: for every slot, sequence <= sequence() of the partition, and no two slots have the same one, but those
/// that are nobody's, which have 0.
class Partition {
 public:
  explicit Partition(const Tuning& tuning = {}) : tuning_(tuning) {}

  const Tuning& tuning() const { return tuning_; }

  /// Stores the record if it is greater than the one held. From `heard_here`, the report that is held already is
  /// no change, whatever the clock says by now; from a neighbour, an equal record is one that it knows. `hash` is the
  /// client's, the same at every call. A new client is refused unless `may_add()`.
  template <class MayAdd>
  Offered offer(ClientIndex::Hash hash, const wire::Record& record, Neighbor from, MayAdd may_add) {
    if (record.is_tombstone() && record.heard_at < tombstones_since_) return Offered::older;
    if (const auto found = find_slot(record.client, hash)) return offer_to(*found, record, from);
    const auto server = names_.number_of(record.server);
    if (server == ServerNames::none || !may_add()) return Offered::refused;
    add(hash, record, server, from);
    return Offered::added;
  }

  /// These clients will be offered or looked up soon.
  void prefetch(ClientIndex::Hash hash) const { index_.prefetch(hash); }
  void prefetch_slot(ClientIndex::Hash hash) const {
    if (const auto slot = index_.likely(hash)) __builtin_prefetch(&slots_[*slot]);
  }

  /// The newest record of a client, valid until the next offer; none if it is forgotten.
  std::optional<wire::Record> find(std::string_view client, ClientIndex::Hash hash) const;

  /// How many of the clients are forgotten.
  std::size_t tombstones() const { return tombstones_.size(); }

  /// The last change.
  Sequence sequence() const { return sequence_; }

  /// What a reader of the log needs to know of a slot.
  struct Held {
    std::size_t slot = 0;
    const Slot* content = nullptr;
    const ServerNames* names = nullptr;

    Sequence sequence() const { return content->sequence(); }
    KnownBy known_by() const { return content->known_by(); }
    std::string_view client() const { return content->client(); }
    /// The client is forgotten: there is no location, and record() is for other servers only.
    bool is_tombstone() const { return content->is_tombstone(); }
    Time heard_at() const { return content->heard_at(); }
    geo::Location location() const { return content->location(); }
    std::string_view attributes() const { return content->attributes(); }
    wire::Record record() const { return content->record(*names); }
  };

  /// Tombstones heard before this are refused from now on.
  void set_tombstones_since(Time since) { tombstones_since_ = since; }

  /// The tombstone to erase next, if it was heard before `tombstones_since`.
  std::optional<Held> expired() const {
    if (tombstones_.empty() || tombstones_.begin()->first >= tombstones_since_) return std::nullopt;
    return held(tombstones_.begin()->second);
  }

  /// Erases a tombstone. That is no change, and its slot is nobody's until it gets another client. `hash` is its
  /// client's.
  void erase(std::size_t slot, ClientIndex::Hash hash);

  std::size_t slots() const { return slots_.size(); }
  Held held(std::size_t slot) const { return {slot, &slots_[slot], &names_}; }

  /// held(slot) will be asked for soon.
  void prefetch_held(std::size_t slot) const { __builtin_prefetch(&slots_[slot]); }

  /// The first change that can still be read one by one.
  Sequence first_in_ring() const { return sequence_ - ring_.size() + 1; }

  /// The slot that change `sequence` wrote to; first_in_ring() <= sequence <= sequence().
  std::size_t slot_changed_at(Sequence sequence) const { return ring_[(sequence - 1) % tuning_.ring_entries]; }

  /// The slot of a client, which it keeps for ever; none if nothing was heard of it yet.
  std::optional<std::size_t> slot_of(std::string_view client, ClientIndex::Hash hash) const {
    return find_slot(client, hash);
  }

 private:
  std::optional<std::uint32_t> find_slot(std::string_view client, ClientIndex::Hash hash) const {
    return index_.find(hash, [&](std::uint32_t slot) { return slots_[slot].client() == client; });
  }
  Offered offer_to(std::uint32_t slot, const wire::Record& record, Neighbor from);
  void add(ClientIndex::Hash hash, const wire::Record& record, ServerNames::Number server, Neighbor from);
  void write(std::uint32_t slot, const wire::Record& record, ServerNames::Number server, Neighbor from);

  Tuning tuning_;
  ClientIndex index_;
  Slots slots_;
  std::vector<std::uint32_t> free_;  // slots that are nobody's
  ServerNames names_;
  std::vector<std::uint32_t> ring_;  // grows to tuning_.ring_entries
  Sequence sequence_ = 0;
  std::set<std::pair<Time, std::uint32_t>> tombstones_;  // when they were heard, and their slots
  Time tombstones_since_ = 0;
};

}  // namespace herd::store
