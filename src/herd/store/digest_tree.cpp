#include "herd/store/digest_tree.h"

#include <numeric>

namespace herd::store {
namespace {

unsigned depth_for(const Partition& partition) {
  unsigned depth = 0;
  while (depth < level_max && partition.slots() > nodes_on(depth) * partition.tuning().records_per_leaf) ++depth;
  return depth;
}

}  // namespace

void DigestTree::start(const Partition& partition, unsigned depth) {
  started_ = true;
  depth_ = depth;
  follower_.start_over(partition);
  leaves_.assign(nodes_on(depth), 0);
  shares_.assign(partition.slots(), 0);
}

void DigestTree::catch_up(const Partition& partition, const HerdHash& hash, std::size_t& looks_left) {
  if (const auto depth = depth_for(partition); !started_ || depth > depth_) start(partition, depth);
  shares_.resize(partition.slots());
  const auto take_in = [&](const Partition::Held& held) {
    auto& leaf = leaves_[node_of(hash.client(held.client()), depth_)];
    auto& share = shares_[held.slot];
    leaf -= share;
    line_.clear();
    wire::append_identity(line_, held.record());
    share = hash.record(line_);
    leaf += share;
    return true;
  };
  // A read ends with its walk, though more may have changed meanwhile.
  while (!follower_.is_caught_up(partition.sequence()) && looks_left > 0) {
    follower_.read(partition, Reader{}, looks_left, take_in);
  }
}

void DigestTree::forget(const Partition::Held& tombstone, const HerdHash& hash) {
  if (tombstone.slot >= shares_.size()) return;
  auto& share = shares_[tombstone.slot];  // if not its own yet, then of what its client said before
  leaves_[node_of(hash.client(tombstone.client()), depth_)] -= share;
  share = 0;
}

std::optional<Sequence> DigestTree::position() const {
  return started_ ? follower_.position() : std::nullopt;
}

std::uint64_t DigestTree::digest(unsigned level, std::uint32_t node) const {
  const auto first = leaves_.begin() + static_cast<std::ptrdiff_t>(node) * nodes_on(depth_ - level);
  return std::accumulate(first, first + nodes_on(depth_ - level), std::uint64_t{0});
}

}  // namespace herd::store
