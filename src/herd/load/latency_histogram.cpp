#include "herd/load/latency_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace herd::load {

std::size_t LatencyHistogram::index_of(Duration span) {
  const auto value = static_cast<std::uint64_t>(span);
  if (value < steps) return value;
  const auto power = static_cast<std::size_t>(std::bit_width(value)) - 1 - step_bits;
  return power * steps + (value >> power);
}

Duration LatencyHistogram::middle_of(std::size_t index) {
  if (index < 2 * steps) return static_cast<Duration>(index);
  const auto power = index / steps - 1;
  const auto step = index % steps + steps;
  return static_cast<Duration>((step << power) + (std::size_t{1} << power) / 2);
}

void LatencyHistogram::record(Duration span, std::uint64_t times) {
  if (times == 0) return;
  span = std::clamp(span, Duration{0}, longest);
  counts_[index_of(span)] += times;
  count_ += times;
  max_ = std::max(max_, span);
  min_ = std::min(min_, span);
}

void LatencyHistogram::add(const LatencyHistogram& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
  min_ = std::min(min_, other.min_);
}

Duration LatencyHistogram::quantile(double share) const {
  const auto rank = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  const auto wanted = std::clamp<std::uint64_t>(rank, 1, std::max<std::uint64_t>(count_, 1));
  std::uint64_t passed = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    passed += counts_[i];
    if (passed >= wanted) return std::clamp(middle_of(i), min(), max_);
  }
  return 0;
}

}  // namespace herd::load
