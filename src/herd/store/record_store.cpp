#include "herd/store/record_store.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace herd::store {

RecordStore::RecordStore(std::string_view herd, std::size_t partitions, std::uint64_t seed)
    : partition_seed_(XXH3_64bits(herd.data(), herd.size())) {
  partitions_.reserve(partitions);
  for (std::size_t i = 0; i < partitions; ++i) partitions_.emplace_back(seed + i);
}

std::size_t RecordStore::partition_of(std::string_view client) const {
  if (partitions_.size() == 1) return 0;
  return XXH3_64bits_withSeed(client.data(), client.size(), partition_seed_) % partitions_.size();
}

bool RecordStore::offer(std::size_t partition, const wire::Record& record, Source source) {
  const auto offered = partitions_[partition].offer(record, source);
  if (offered == Offered::added) ++clients_;
  return offered == Offered::added || offered == Offered::replaced;
}

Sequence RecordStore::changes() const {
  Sequence changes = 0;
  for (const auto& partition : partitions_) changes += partition.sequence();
  return changes;
}

}  // namespace herd::store
