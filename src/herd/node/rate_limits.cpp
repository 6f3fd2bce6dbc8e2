#include "herd/node/rate_limits.h"

#include <algorithm>
#include <span>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace herd::node {
namespace {

// 30 years: longer than anybody waits, and far from overflowing.
constexpr double fill_max = 1e9 * static_cast<double>(second);

}  // namespace

RateLimits::RateLimits(double per_second, double burst, std::uint64_t seed)
    : interval_(std::min(static_cast<double>(second) / per_second, fill_max)),
      capacity_(static_cast<Duration>(std::min(interval_ * std::max(burst, 1.0), fill_max))),
      seed_(seed) {}

bool RateLimits::take(std::string_view who, unsigned count, Time now) {
  const auto hash = XXH3_64bits_withSeed(who.data(), who.size(), seed_);
  auto& shard = (*shards_)[hash % shards];
  const auto first = hash / shards % sets_per_shard * buckets_per_set;
  const auto cost = static_cast<Duration>(std::min(interval_ * count, fill_max));

  const std::scoped_lock lock(shard.mutex);
  const auto set = std::span(shard.buckets).subspan(first, buckets_per_set);
  auto bucket = std::ranges::find(set, hash, &Bucket::who);
  // Where the clock was set back, no bucket is emptier than empty.
  const auto full_at = bucket == set.end() ? now : std::clamp(bucket->full_at, now, now + capacity_);
  if (full_at + cost > now + capacity_) {
    shard.counters.refused += count;
    if (bucket != set.end()) bucket->full_at = full_at;
    return false;
  }
  if (bucket == set.end()) {
    bucket = std::ranges::min_element(set, {}, &Bucket::full_at);
    if (bucket->full_at > now) ++shard.counters.given_up;
  }
  *bucket = {hash, full_at + cost};
  return true;
}

RateLimits::Counters RateLimits::counters() const {
  Counters sum;
  for (const auto& shard : *shards_) {
    const std::scoped_lock lock(shard.mutex);
    sum.refused += shard.counters.refused;
    sum.given_up += shard.counters.given_up;
  }
  return sum;
}

}  // namespace herd::node
