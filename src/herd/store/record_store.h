#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "herd/store/partition.h"

namespace herd::store {

/// All partitions of a server. Which partition a client belongs to is the same at every server of a herd.
class RecordStore {
 public:
  /// `herd` is the herd's name; `seed` is for the tables only and differs from start to start.
  RecordStore(std::string_view herd, std::size_t partitions, std::uint64_t seed);

  std::size_t partition_of(std::string_view client) const;

  /// Offers a record to its partition, which is partition_of(record.client); true if it was accepted.
  bool offer(std::size_t partition, const wire::Record& record, Source source);

  std::size_t size() const { return partitions_.size(); }
  const Partition& operator[](std::size_t partition) const { return partitions_[partition]; }

  std::size_t clients() const { return clients_; }
  Sequence changes() const;  ///< of all partitions, since the start

  /// A mark for one neighbour in one life of its process.
  Source new_source() { return ++last_source_; }

 private:
  std::uint64_t partition_seed_;
  std::vector<Partition> partitions_;
  std::size_t clients_ = 0;
  Source last_source_ = heard_here;
};

}  // namespace herd::store
