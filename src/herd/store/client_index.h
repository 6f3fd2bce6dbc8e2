#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace herd::store {

/// From a client id's hash to the slots that may hold it: open addressing with linear probing, at most half full,
/// eight bytes an entry. The ids themselves are in the slots.
class ClientIndex {
 public:
  using Hash = std::uint64_t;

  explicit ClientIndex(std::uint64_t seed) : seed_(seed) {}

  Hash hash(std::string_view client) const;

  /// The slot among those with this hash for which `is_it(slot)` holds.
  template <class Predicate>
  std::optional<std::uint32_t> find(Hash hash, Predicate is_it) const {
    if (entries_.empty()) return std::nullopt;
    for (auto at = tag(hash) & mask();; at = (at + 1) & mask()) {
      const auto& entry = entries_[at];
      if (entry.slot == no_slot) return std::nullopt;
      if (entry.tag == tag(hash) && is_it(entry.slot)) return entry.slot;
    }
  }

  /// Adds a slot that is not in the index yet.
  void insert(Hash hash, std::uint32_t slot);

 private:
  static constexpr std::uint32_t no_slot = ~std::uint32_t{0};

  // The tag is the lower half of the hash, which also says the place, so that growing needs no ids.
  struct Entry {
    std::uint32_t tag = 0;
    std::uint32_t slot = no_slot;
  };

  static std::uint32_t tag(Hash hash) { return static_cast<std::uint32_t>(hash); }
  std::size_t mask() const { return entries_.size() - 1; }
  void place(Entry entry);

  std::uint64_t seed_;
  std::size_t size_ = 0;
  std::vector<Entry> entries_;
};

}  // namespace herd::store
