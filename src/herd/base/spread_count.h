#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace herd {

/// A count that many threads raise at once and one reads now and then. Each thread has a place of its own in it, so
/// that adding costs a nanosecond and no thread waits for another's cache line.
class SpreadCount {
 public:
  /// Threads beyond this many share the last place, at the price of a locked instruction.
  static constexpr std::size_t places = 64;

  void add(std::uint64_t number = 1) {
    const auto place = place_of_this_thread();
    auto& count = counts_[place].value;
    if (place + 1 == places) {
      count.fetch_add(number, std::memory_order_relaxed);
    } else {
      count.store(count.load(std::memory_order_relaxed) + number, std::memory_order_relaxed);
    }
  }

  /// The sum of all that was added so far.
  std::uint64_t sum() const {
    std::uint64_t sum = 0;
    for (const auto& count : counts_) sum += count.value.load(std::memory_order_relaxed);
    return sum;
  }

 private:
  struct alignas(64) Count {
    std::atomic<std::uint64_t> value = 0;
  };

  static std::size_t place_of_this_thread() {
    static constinit std::atomic<std::size_t> taken = 0;
    static constinit thread_local std::size_t place_and_one = 0;
    if (place_and_one == 0) {
      const auto place = taken.fetch_add(1, std::memory_order_relaxed);
      place_and_one = place < places ? place + 1 : places;
    }
    return place_and_one - 1;
  }

  std::array<Count, places> counts_;
};

}  // namespace herd
