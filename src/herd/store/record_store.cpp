#include "herd/store/record_store.h"

#include <algorithm>
#include <array>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace herd::store {

RecordStore::RecordStore(std::string_view herd, std::size_t partitions, std::uint64_t seed, const Tuning& tuning)
    : hash_(herd), seed_(seed), turns_(partitions) {
  for (std::size_t i = 0; i < partitions; ++i) shards_.emplace_back(tuning);
}

std::size_t RecordStore::partition_of(std::string_view client) const {
  if (shards_.size() == 1) return 0;
  return hash_.client(client) % shards_.size();
}

ClientIndex::Hash RecordStore::table_hash(std::string_view client) const {
  return XXH3_64bits_withSeed(client.data(), client.size(), seed_);
}

void RecordStore::report(std::span<Offer> offers, std::size_t clients_max) {
  // Near the bound the first to come are those who are taken.
  const auto at_once = used() + offers.size() <= clients_max ? batch : 1;
  for (; offers.size() > at_once; offers = offers.subspan(at_once)) report(offers.first(at_once), clients_max);

  // Those of one partition together: it is locked once, and what the memory has to bring comes at the same time.
  constexpr std::size_t buckets = 64;
  std::array<std::size_t, batch> partitions;
  std::array<std::uint8_t, buckets + 1> begins{};
  for (std::size_t i = 0; i < offers.size(); ++i) {
    partitions[i] = partition_of(offers[i].record.client);
    ++begins[partitions[i] % buckets + 1];
  }
  for (std::size_t i = 1; i < begins.size(); ++i) begins[i] = static_cast<std::uint8_t>(begins[i] + begins[i - 1]);
  std::array<std::uint8_t, batch> sorted;
  for (std::size_t i = 0; i < offers.size(); ++i) {
    sorted[begins[partitions[i] % buckets]++] = static_cast<std::uint8_t>(i);
  }

  std::array<Offer*, batch> group;
  std::array<ClientIndex::Hash, batch> hashes;
  for (std::size_t begin = 0, end = 0; begin < offers.size(); begin = end) {
    const auto partition = partitions[sorted[begin]];
    for (; end < offers.size() && partitions[sorted[end]] == partition; ++end) {
      group[end - begin] = &offers[sorted[end]];
      hashes[end - begin] = table_hash(offers[sorted[end]].record.client);
    }
    apply(shards_[partition], std::span(group).first(end - begin), hashes.data(), heard_here, clients_max);
  }
}

bool RecordStore::take(std::size_t partition, std::span<Offer> offers, Neighbor from) {
  const auto is_elsewhere = [&](const Offer& offer) { return partition_of(offer.record.client) != partition; };
  if (std::ranges::any_of(offers, is_elsewhere)) return false;
  std::array<Offer*, batch> group;
  std::array<ClientIndex::Hash, batch> hashes;
  for (; !offers.empty(); offers = offers.subspan(std::min(offers.size(), batch))) {
    const auto count = std::min(offers.size(), batch);
    for (std::size_t i = 0; i < count; ++i) {
      group[i] = &offers[i];
      hashes[i] = table_hash(offers[i].record.client);
    }
    apply(shards_[partition], std::span(group).first(count), hashes.data(), from, unlimited);
  }
  return true;
}

void RecordStore::apply(Shard& shard, std::span<Offer*> offers, const ClientIndex::Hash* hashes, Neighbor from,
                        std::size_t clients_max) {
  const auto may_add = [&] {
    if (used_.fetch_add(1, std::memory_order_relaxed) < clients_max) return true;
    used_.fetch_sub(1, std::memory_order_relaxed);
    return false;
  };
  const std::scoped_lock lock(shard.mutex);
  auto& partition = shard.partition;
  if (offers.size() > 1) {
    for (std::size_t i = 0; i < offers.size(); ++i) partition.prefetch(hashes[i]);
    for (std::size_t i = 0; i < offers.size(); ++i) partition.prefetch_slot(hashes[i]);
  }
  for (std::size_t i = 0; i < offers.size(); ++i) {
    offers[i]->outcome = partition.offer(hashes[i], offers[i]->record, from, may_add);
  }
  note_changes(shard);
}

std::optional<std::string> RecordStore::locate(std::string_view client) const {
  const auto partition = open(partition_of(client));
  const auto record = partition->find(client, table_hash(client));
  if (!record) return std::nullopt;
  std::string line;
  wire::append_line(line, *record);
  return line;
}

std::optional<Sighting> RecordStore::find(std::string_view client) const {
  const auto partition = open(partition_of(client));
  const auto record = partition->find(client, table_hash(client));
  if (!record) return std::nullopt;
  Sighting sighting{{}, std::string(record->attributes), 0};
  wire::append_line(sighting.line, *record);
  return sighting;
}

bool RecordStore::forget(std::string_view client, std::string_view server, Time now) {
  auto& shard = shards_[partition_of(client)];
  const auto hash = table_hash(client);
  const std::scoped_lock lock(shard.mutex);
  const auto held = shard.partition.find(client, hash);
  const auto tombstone = held ? wire::tombstone_of(*held, server, now) : std::nullopt;
  if (!tombstone) return false;
  const auto outcome = shard.partition.offer(hash, *tombstone, heard_here, [] { return false; });
  note_changes(shard);
  return is_accepted(outcome);
}

bool RecordStore::expire(Time now) {
  const auto age_max = now - tuning().forget_after;
  const auto since = age_max - age_max % tuning().forget_every;
  bool is_done = true;
  for (auto& shard : shards_) {
    std::size_t erased = 0;
    std::size_t last = batch;
    while (last == batch && erased < expired_at_once) erased += last = erase_expired(shard, since);
    is_done &= last < batch;
  }
  return is_done;
}

/// At most a batch: nobody is kept waiting for more. How many there were.
std::size_t RecordStore::erase_expired(Shard& shard, Time since) {
  const std::scoped_lock lock(shard.mutex);
  auto& partition = shard.partition;
  partition.set_tombstones_since(since);
  std::size_t erased = 0;
  for (; erased < batch; ++erased) {
    const auto expired = partition.expired();
    if (!expired) break;
    shard.digests.forget(*expired, hash_);
    partition.erase(expired->slot, table_hash(expired->client()));
  }
  note_changes(shard);
  used_.fetch_sub(erased, std::memory_order_relaxed);
  return erased;
}

/// For those who do not lock it; it is locked.
void RecordStore::note_changes(Shard& shard) {
  shard.sequence.store(shard.partition.sequence(), std::memory_order_release);
  const auto tombstones = shard.partition.tombstones();
  if (tombstones == shard.tombstones_counted) return;
  tombstones_.fetch_add(tombstones - shard.tombstones_counted, std::memory_order_relaxed);
  shard.tombstones_counted = tombstones;
}

Sequence RecordStore::changes() const {
  Sequence changes = 0;
  for (std::size_t i = 0; i < shards_.size(); ++i) changes += sequence(i);
  return changes;
}

std::optional<std::size_t> RecordStore::slot_of(std::string_view client) const {
  return open(partition_of(client))->slot_of(client, table_hash(client));
}

}  // namespace herd::store
