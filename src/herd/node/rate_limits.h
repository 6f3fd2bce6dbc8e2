#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "herd/base/time.h"

namespace herd::node {

/// How much of something each of many may do: a bucket for each that holds `burst` and fills at `per_second`. Buckets
/// are kept for as many as there is room for; beyond, the one that has least to lose is given up, and its owner starts
/// with a full one again. Any thread may call. A bucket is one number (GCRA): the time at which it is full.
class RateLimits {
 public:
  static constexpr std::size_t shards = 64;
  static constexpr std::size_t buckets_per_set = 16;
  static constexpr std::size_t sets_per_shard = 64;
  static constexpr std::size_t buckets_max = shards * sets_per_shard * buckets_per_set;

  /// `per_second` and `burst` above 0; a burst below 1 is 1. `seed`: random bits, so that nobody can choose whom to
  /// share a set with.
  RateLimits(double per_second, double burst, std::uint64_t seed);

  /// Whether the bucket of `who` holds so many at `now`, of any one clock; they are taken from it if so. What is more
  /// than the burst is never there.
  bool take(std::string_view who, unsigned count, Time now);

  struct Counters {
    std::uint64_t refused = 0;   ///< what was asked for and not there
    std::uint64_t given_up = 0;  ///< buckets that were not full
  };
  Counters counters() const;

 private:
  struct Bucket {
    std::uint64_t who = 0;
    Time full_at = 0;  // 0: free
  };

  struct alignas(64) Shard {
    mutable std::mutex mutex;
    std::array<Bucket, sets_per_shard * buckets_per_set> buckets;
    Counters counters;
  };

  double interval_;  // ns that one takes to come back
  Duration capacity_;
  std::uint64_t seed_;
  std::unique_ptr<std::array<Shard, shards>> shards_ = std::make_unique<std::array<Shard, shards>>();
};

}  // namespace herd::node
