#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "herd/store/herd_hash.h"

namespace herd::store {

/// A node of a 16-ary tree over the hashes of client ids: on level n there are 16^n, numbered by the highest bits.
inline constexpr unsigned level_bits = 4;
inline constexpr std::uint32_t children_per_node = 1U << level_bits;
inline constexpr unsigned level_max = 4;

constexpr std::uint32_t nodes_on(unsigned level) {
  return 1U << (level_bits * level);
}

inline std::uint32_t node_of(std::uint64_t client_hash, unsigned level) {
  return level == 0 ? 0 : static_cast<std::uint32_t>(client_hash >> (64U - level_bits * level));
}

/// Some of the nodes of one level, and so a part of a partition's clients.
class Leaves {
 public:
  /// Everyone.
  Leaves() = default;

  /// Those below `nodes`; `hash` must outlive this.
  Leaves(const HerdHash& hash, unsigned level, const std::vector<std::uint32_t>& nodes)
      : hash_(&hash), level_(level), chosen_(nodes_on(level)) {
    for (const auto node : nodes) chosen_[node] = true;
  }

  bool contains(std::string_view client) const {
    return hash_ == nullptr || chosen_[node_of(hash_->client(client), level_)];
  }

 private:
  const HerdHash* hash_ = nullptr;
  unsigned level_ = 0;
  std::vector<bool> chosen_;
};

}  // namespace herd::store
