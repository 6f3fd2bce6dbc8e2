#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "herd/store/client_index.h"
#include "herd/store/known_by.h"
#include "herd/store/tuning.h"
#include "herd/wire/record.h"

namespace herd::store {

enum class Offered {
  added,      ///< the client is new
  replaced,   ///< newer than what was held
  unchanged,  ///< this very report is held already
  older,      ///< loses against what is held
};

/// The newest record of every client of one part of the herd's clients, and the numbered log of its changes.
///
/// Invariant: for every slot, sequence <= sequence() of the partition, and no two slots have the same one.
class Partition {
 public:
  /// `seed` keeps those who choose client ids from choosing collisions.
  explicit Partition(std::uint64_t seed, const Tuning& tuning = {}) : tuning_(tuning), index_(seed) {}

  const Tuning& tuning() const { return tuning_; }

  /// Stores the record if it is greater than the one held. From `heard_here`, the report that is held already is
  /// no change, whatever the clock says by now; from a neighbour, an equal record is one that it knows.
  Offered offer(const wire::Record& record, Neighbor from);

  /// Whether these very bytes are this client's newest record; then the neighbour that sent them knows it.
  bool note_copy(std::string_view client, std::string_view bytes, Neighbor from);

  /// The bytes of the newest record of a client, valid until the next offer.
  std::optional<std::string_view> find(std::string_view client) const;

  Sequence sequence() const { return sequence_; }

  /// What a reader of the log needs to know of a slot.
  struct Held {
    std::size_t slot = 0;
    Sequence sequence = 0;
    KnownBy known_by;
    std::string_view client;
    std::string_view bytes;
  };

  std::size_t slots() const { return slots_.size(); }
  Held held(std::size_t slot) const;

  /// The first change that can still be read one by one.
  Sequence first_in_ring() const { return sequence_ - ring_.size() + 1; }

  /// The slot that change `sequence` wrote to; first_in_ring() <= sequence <= sequence().
  std::size_t slot_changed_at(Sequence sequence) const { return ring_[(sequence - 1) % tuning_.ring_entries]; }

 private:
  struct Slot {
    Sequence sequence;
    Time effective_time;
    std::unique_ptr<char[]> bytes;
    std::uint32_t length;
    std::uint32_t capacity;
    KnownBy known_by;
    std::uint16_t client_begin;
    std::uint16_t client_length;

    std::string_view text() const { return {bytes.get(), length}; }
    std::string_view client() const { return text().substr(client_begin, client_length); }
    std::string_view report() const { return text().substr(client_begin); }
  };

  std::optional<std::uint32_t> find_slot(std::string_view client, ClientIndex::Hash hash) const;
  void write(Slot& slot, const wire::Record& record, Neighbor from);
  void log_change(std::uint32_t slot);

  Tuning tuning_;
  ClientIndex index_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> ring_;  // grows to tuning_.ring_entries
  Sequence sequence_ = 0;
};

}  // namespace herd::store
