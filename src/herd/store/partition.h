#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "herd/store/client_index.h"
#include "herd/wire/record.h"

namespace herd::store {

/// Who taught us a record: `heard_here`, or one neighbour in one life of its process. Marks save a record the way
/// back to where it came from; a neighbour that started anew is another source, so no mark outlives what it knew.
using Source = std::uint32_t;
inline constexpr Source heard_here = 0;

/// The number of a change within its partition: 1, 2, 3 ...
using Sequence = std::uint64_t;

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
  /// How many of the last changes can be read one by one; readers further behind walk the table.
  static constexpr std::size_t ring_entries = 65'536;

  /// `seed` keeps those who choose client ids from choosing collisions.
  explicit Partition(std::uint64_t seed) : index_(seed) {}

  /// Stores the record if it is greater than the one held. From `heard_here`, the report that is held already is
  /// no change, whatever the clock says by now.
  Offered offer(const wire::Record& record, Source source);

  /// The bytes of the newest record of a client, valid until the next offer.
  std::optional<std::string_view> find(std::string_view client) const;

  Sequence sequence() const { return sequence_; }

  /// What a reader of the log needs to know of a slot.
  struct Held {
    Sequence sequence = 0;
    Source source = heard_here;
    std::string_view bytes;
  };

  std::size_t slots() const { return slots_.size(); }
  Held held(std::size_t slot) const;

  /// The first change that can still be read one by one.
  Sequence first_in_ring() const { return sequence_ < ring_entries ? 1 : sequence_ - ring_entries + 1; }

  /// The slot that change `sequence` wrote to; first_in_ring() <= sequence <= sequence().
  std::size_t slot_changed_at(Sequence sequence) const { return ring_[(sequence - 1) % ring_entries]; }

 private:
  struct Slot {
    Sequence sequence;
    Time effective_time;
    std::unique_ptr<char[]> bytes;
    std::uint32_t length;
    std::uint32_t capacity;
    Source source;
    std::uint16_t client_begin;
    std::uint16_t client_length;

    std::string_view text() const { return {bytes.get(), length}; }
    std::string_view client() const { return text().substr(client_begin, client_length); }
    std::string_view report() const { return text().substr(client_begin); }
  };

  std::optional<std::uint32_t> find_slot(std::string_view client, ClientIndex::Hash hash) const;
  void write(Slot& slot, const wire::Record& record, Source source);
  void log_change(std::uint32_t slot);

  ClientIndex index_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> ring_;  // grows to ring_entries
  Sequence sequence_ = 0;
};

}  // namespace herd::store
