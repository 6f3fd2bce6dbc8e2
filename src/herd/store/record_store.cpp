#include "herd/store/record_store.h"

namespace herd::store {

RecordStore::RecordStore(std::string_view herd, std::size_t partitions, std::uint64_t seed, const Tuning& tuning)
    : hash_(herd), digests_(partitions), turns_(partitions) {
  partitions_.reserve(partitions);
  for (std::size_t i = 0; i < partitions; ++i) partitions_.emplace_back(seed + i, tuning);
}

std::size_t RecordStore::partition_of(std::string_view client) const {
  if (partitions_.size() == 1) return 0;
  return hash_.client(client) % partitions_.size();
}

bool RecordStore::offer(std::size_t partition, const wire::Record& record, Neighbor from) {
  const auto offered = partitions_[partition].offer(record, from);
  if (offered == Offered::added) ++clients_;
  return offered == Offered::added || offered == Offered::replaced;
}

Result<bool> RecordStore::take(std::size_t partition, std::string_view bytes, Neighbor from) {
  const auto client = wire::client_of(bytes);
  if (client && partitions_[partition].note_copy(*client, bytes, from)) return false;
  const auto record = wire::parse_record(bytes);
  if (!record) return Error{"a record that is none"};
  if (partition_of(record->client) != partition) return Error{"a record in the wrong partition"};
  return offer(partition, *record, from);
}

Sequence RecordStore::changes() const {
  Sequence changes = 0;
  for (const auto& partition : partitions_) changes += partition.sequence();
  return changes;
}

const DigestTree& RecordStore::digests(std::size_t partition, std::size_t& looks_left) {
  digests_[partition].catch_up(partitions_[partition], hash_, looks_left);
  return digests_[partition];
}

}  // namespace herd::store
