#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace herd::store {

/// From the hash of a client id to the slots that may hold it. The ids themselves are in the slots.
///
/// Extendible hashing (Fagin, Nievergelt, Pippenger and Strong 1979): the highest bits of the hash choose a segment,
/// the lowest a place in it, eight bytes an entry, linear probing, at most 13/16 full. A segment that is full is split
/// in two, so that one insert costs at most some 50 us, or 100 where it also doubles the list of segments.
class ClientIndex {
 public:
  using Hash = std::uint64_t;

  ClientIndex() { segments_.push_back(std::make_shared<Segment>(entries_min, 0U)); }

  /// The slot among those with this hash for which `is_it(slot)` holds.
  template <class Predicate>
  std::optional<std::uint32_t> find(Hash hash, Predicate is_it) const {
    const auto wanted = tag(hash);
    const auto& segment = *segments_[segment_of(wanted)];
    for (auto at = wanted & segment.mask;; at = (at + 1) & segment.mask) {
      const auto& entry = segment.entries[at];
      if (entry.slot == no_slot) return std::nullopt;
      if (entry.tag == wanted && is_it(entry.slot)) return entry.slot;
    }
  }

  /// The slot that find() will most likely ask about first.
  std::optional<std::uint32_t> likely(Hash hash) const {
    return find(hash, [](std::uint32_t) { return true; });
  }

  /// Find() will read there soon.
  void prefetch(Hash hash) const {
    const auto& segment = *segments_[segment_of(tag(hash))];
    __builtin_prefetch(&segment.entries[tag(hash) & segment.mask]);
  }

  /// Adds a slot that is not in the index yet.
  void insert(Hash hash, std::uint32_t slot);

  /// Takes out a slot that is in the index with this hash.
  void erase(Hash hash, std::uint32_t slot);

 private:
  static constexpr std::uint32_t no_slot = ~std::uint32_t{0};
  static constexpr std::uint32_t entries_min = 16;
  static constexpr std::uint32_t entries_max = 4096;  // of a segment; what one insert moves at most
  static constexpr unsigned depth_max = 16;           // beyond it segments grow: for tags that cannot be told apart

  // The tag is the lower half of the hash, which also says segment and place, so that splitting needs no ids.
  struct Entry {
    std::uint32_t tag = 0;
    std::uint32_t slot = no_slot;
  };

  struct Segment {
    Segment(std::uint32_t size, unsigned the_depth)
        : entries(std::make_unique<Entry[]>(size)), mask(size - 1), depth(the_depth) {}

    bool is_full() const { return (used + 1) * 16 > (mask + 1) * 13; }
    void place(Entry entry);
    void remove(Entry entry);

    std::unique_ptr<Entry[]> entries;
    std::uint32_t mask;
    std::uint32_t used = 0;
    unsigned depth;  // so many of the highest bits of all its tags are alike
  };

  static std::uint32_t tag(Hash hash) { return static_cast<std::uint32_t>(hash); }
  std::size_t segment_of(std::uint32_t tag) const { return std::uint64_t{tag} >> (32U - depth_); }
  void make_room(std::uint32_t tag);

  unsigned depth_ = 0;
  // By the highest `depth_` bits of a tag; one of smaller depth stands at several places.
  std::vector<std::shared_ptr<Segment>> segments_;
};

}  // namespace herd::store
