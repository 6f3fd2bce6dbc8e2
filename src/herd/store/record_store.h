#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "herd/base/result.h"
#include "herd/store/digest_tree.h"
#include "herd/store/herd_hash.h"
#include "herd/store/partition.h"
#include "herd/store/turns.h"

namespace herd::store {

/// All partitions of a server. Which partition a client belongs to is the same at every server of a herd.
class RecordStore {
 public:
  /// `herd` is the herd's name; `seed` is for the tables only and differs from start to start.
  RecordStore(std::string_view herd, std::size_t partitions, std::uint64_t seed, const Tuning& tuning = {});

  std::size_t partition_of(std::string_view client) const;

  /// Offers a record to its partition, which is partition_of(record.client); true if it was accepted.
  bool offer(std::size_t partition, const wire::Record& record, Neighbor from);

  /// The same for the bytes of a record as a neighbour sent them. The error says what is wrong with them. A copy of
  /// what is held, which half of what arrives in a herd is, costs one look-up and no parsing.
  Result<bool> take(std::size_t partition, std::string_view bytes, Neighbor from);

  std::size_t size() const { return partitions_.size(); }
  const Partition& operator[](std::size_t partition) const { return partitions_[partition]; }

  std::size_t clients() const { return clients_; }
  Sequence changes() const;  ///< of all partitions, since the start

  /// The number of one more neighbour.
  Neighbor add_neighbor() { return ++neighbors_; }

  const HerdHash& hash() const { return hash_; }

  /// Who is bringing each partition up to date.
  Turns& turns() { return turns_; }

  /// The digests of a partition, brought nearer to its last change by at most `looks_left` looks at slots.
  const DigestTree& digests(std::size_t partition, std::size_t& looks_left);

 private:
  HerdHash hash_;
  std::vector<Partition> partitions_;
  std::vector<DigestTree> digests_;
  Turns turns_;
  std::size_t clients_ = 0;
  Neighbor neighbors_ = heard_here;
};

}  // namespace herd::store
