#pragma once

#include <atomic>
#include <cstdint>

namespace herd {

/// A count that one thread raises and any may read; SpreadCount is for many that raise it.
class SharedCount {
 public:
  SharedCount() = default;
  SharedCount(const SharedCount& other) : value_(other) {}
  SharedCount& operator=(const SharedCount&) = delete;

  SharedCount& operator+=(std::uint64_t number) {
    value_.store(value_.load(std::memory_order_relaxed) + number, std::memory_order_relaxed);
    return *this;
  }
  SharedCount& operator++() { return *this += 1; }

  // NOLINTNEXTLINE(google-explicit-constructor,hicpp-explicit-conversions): it is a number to whoever reads it
  operator std::uint64_t() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

}  // namespace herd
