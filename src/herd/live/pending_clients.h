#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace herd::live {

/// Which clients a subscriber is to be told of: a set, not a queue, so a slow reader hears of each client once, with
/// its newest position. Bounded: beyond that the reader is better served with a snapshot.
class PendingClients {
 public:
  using Id = std::uint32_t;

  static constexpr std::size_t clients_max = 4096;
  /// What it ever holds of the heap.
  static constexpr std::size_t bytes_max = (clients_max + clients_max / 4) * sizeof(Id);

  void add(Id id) {
    if (is_overflown_ || (!ids_.empty() && ids_.back() == id)) return;
    if (ids_.size() == room_) make_room();
    if (!is_overflown_) ids_.push_back(id);
  }

  bool is_empty() const { return ids_.empty() && !is_overflown_; }
  /// They were more than `clients_max`: which ones is not known any more. Noticed a quarter later.
  bool is_overflown() const { return is_overflown_; }

  void clear() { *this = {}; }

  /// Puts them into `out`, each once, and is empty.
  void take(std::vector<Id>& out) {
    out.assign(ids_.begin(), ids_.end());
    sort(out);
    ids_.clear();
    if (room_ > room_kept) clear();
  }

  std::size_t capacity() const { return ids_.capacity(); }

 private:
  static constexpr std::size_t room_least = 16;
  static constexpr std::size_t room_kept = 64;
  static constexpr std::size_t room_max = clients_max + clients_max / 4;

  static void sort(std::vector<Id>& ids) {
    std::ranges::sort(ids);
    const auto twice = std::ranges::unique(ids);
    ids.erase(twice.begin(), twice.end());
  }

  void make_room() {
    sort(ids_);
    is_overflown_ = ids_.size() > clients_max;
    room_ = is_overflown_ ? 0 : std::clamp(2 * ids_.size(), room_least, room_max);
    if (is_overflown_) std::vector<Id>().swap(ids_);
    ids_.reserve(room_);
  }

  std::vector<Id> ids_;  // some perhaps twice
  std::size_t room_ = 0;
  bool is_overflown_ = false;
};

}  // namespace herd::live
