#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "herd/store/digest_tree.h"
#include "herd/store/herd_hash.h"
#include "herd/store/partition.h"
#include "herd/store/sighting.h"
#include "herd/store/turns.h"

namespace herd::store {

/// All partitions of a server. Which partition a client belongs to is the same at every server of a herd.
///
/// Any thread may call anything: each partition is locked while it is read or written, which is never for long.
class RecordStore {
 public:
  /// So many records are best offered at once.
  static constexpr std::size_t batch = 128;
  static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

  /// `herd` is the herd's name; `seed` is for the tables only: it keeps those who choose client ids from choosing
  /// collisions, and differs from start to start.
  RecordStore(std::string_view herd, std::size_t partitions, std::uint64_t seed, const Tuning& tuning = {});

  std::size_t partition_of(std::string_view client) const;

  /// A record, and what became of it.
  struct Offer {
    wire::Record record;
    Offered outcome = Offered::refused;
  };

  /// Offers reports heard here to their partitions. A new client is refused while there are `clients_max` or more,
  /// those counted that are forgotten.
  void report(std::span<Offer> offers, std::size_t clients_max = unlimited);

  /// Offers records that a neighbour sent as this partition's. False, and nothing is taken, if one belongs to another.
  bool take(std::size_t partition, std::span<Offer> offers, Neighbor from);

  /// The newest AT line of a client; none if it is unknown or forgotten.
  std::optional<std::string> locate(std::string_view client) const;

  /// The same with what else the client said.
  std::optional<Sighting> find(std::string_view client) const;

  /// Puts a tombstone in the place of a client's record, as `server` at `now`, POSIX ns. False if the client is unknown
  /// or forgotten already.
  bool forget(std::string_view client, std::string_view server, Time now);

  /// Erases the tombstones that are older than Tuning::forget_after at `now`, POSIX ns, in groups of
  /// Tuning::forget_every, and refuses those that come later; of each partition at most `expired_at_once`. Whether none
  /// is left. To be called every second or so.
  bool expire(Time now);
  static constexpr std::size_t expired_at_once = 1024;

  const Tuning& tuning() const { return shards_.front().partition.tuning(); }
  std::size_t size() const { return shards_.size(); }
  std::size_t clients() const {
    const auto forgotten = tombstones();
    const auto used = this->used();  // others may count meanwhile
    return used > forgotten ? used - forgotten : 0;
  }
  /// Clients that are forgotten, which is still held against what they said before.
  std::size_t tombstones() const { return tombstones_.load(std::memory_order_relaxed); }
  Sequence changes() const;  ///< of all partitions, since the start

  /// The last change of a partition; others may follow at any time.
  Sequence sequence(std::size_t partition) const { return shards_[partition].sequence.load(std::memory_order_acquire); }

 private:
  struct Shard;

 public:
  /// A partition, which nobody else reads or writes meanwhile. Not to be kept.
  class Access {
   public:
    const Partition& operator*() const { return shard_.partition; }
    const Partition* operator->() const { return &shard_.partition; }

    /// The digests, brought nearer to the last change by at most `looks_left` looks at slots.
    const DigestTree& digests(std::size_t& looks_left) const {
      shard_.digests.catch_up(shard_.partition, hash_, looks_left);
      return shard_.digests;
    }

   private:
    friend RecordStore;
    Access(const Shard& shard, const HerdHash& hash) : lock_(shard.mutex), shard_(shard), hash_(hash) {}

    std::unique_lock<std::mutex> lock_;
    const Shard& shard_;
    const HerdHash& hash_;
  };
  Access open(std::size_t partition) const { return {shards_[partition], hash_}; }

  /// The slot of a client in its partition, which it keeps for ever; none if nothing was heard of it yet.
  std::optional<std::size_t> slot_of(std::string_view client) const;

  /// The number of one more neighbour.
  Neighbor add_neighbor() { return ++neighbors_; }

  const HerdHash& hash() const { return hash_; }

  /// Who is bringing each partition up to date. For links, which share a thread.
  Turns& turns() { return turns_; }

 private:
  struct alignas(64) Shard {
    explicit Shard(const Tuning& tuning) : partition(tuning) {}

    mutable std::mutex mutex;
    std::atomic<Sequence> sequence = 0;  // of the partition, for those who only want to know whether to open it
    Partition partition;
    mutable DigestTree digests;
    std::size_t tombstones_counted = 0;
  };

  std::size_t used() const { return used_.load(std::memory_order_relaxed); }
  ClientIndex::Hash table_hash(std::string_view client) const;
  void apply(Shard& shard, std::span<Offer*> offers, const ClientIndex::Hash* hashes, Neighbor from,
             std::size_t clients_max);
  void note_changes(Shard& shard);
  std::size_t erase_expired(Shard& shard, Time since);

  HerdHash hash_;
  std::uint64_t seed_;
  std::deque<Shard> shards_;
  Turns turns_;
  std::atomic<std::size_t> used_ = 0;        // slots
  std::atomic<std::size_t> tombstones_ = 0;  // of them; counted after them, and down before
  Neighbor neighbors_ = heard_here;
};

}  // namespace herd::store
