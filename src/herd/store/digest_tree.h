#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "herd/store/follower.h"
#include "herd/store/herd_hash.h"
#include "herd/store/leaves.h"
#include "herd/store/partition.h"

namespace herd::store {

/// Digests of one partition by which two servers find where their tables differ: each node of a 16-ary tree over the
/// hashes of client ids has the sum (modulo 2^64) of the hashes of the records below it. Equal sums, equal records.
///
/// It is a follower of the changes that reads only when it is asked for, so reports pay nothing for it. 8 bytes a
/// client and 8 a leaf, from the first question on. It gets deeper as the table grows.
class DigestTree {
 public:
  /// Takes in changes, looking at no more than `looks_left` slots, from which it takes those it looked at. One tree
  /// belongs to one partition.
  void catch_up(const Partition& partition, const HerdHash& hash, std::size_t& looks_left);

  /// A tombstone that is about to be erased has no share any more.
  void forget(const Partition::Held& tombstone, const HerdHash& hash);

  /// Every change up to here is in the digests, some later ones may be; none while that cannot be said.
  std::optional<Sequence> position() const;

  /// The level of the leaves; the root's is 0.
  unsigned depth() const { return depth_; }

  /// level <= depth()
  std::uint64_t digest(unsigned level, std::uint32_t node) const;

 private:
  void start(const Partition& partition, unsigned depth);

  bool started_ = false;
  unsigned depth_ = 0;
  Follower follower_{Follower::Pace::drains};  // else, under load, one walk would follow the other
  std::vector<std::uint64_t> leaves_;
  std::vector<std::uint64_t> shares_;  // what each slot's record adds to its leaf
  std::string line_;                   // reused
};

}  // namespace herd::store
