#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "herd/base/spread_count.h"

namespace herd {

/// Where the lines that come in and go out are logged, as many a second as its limit allows; from any thread.
class TrafficLog {
 public:
  static constexpr std::uint64_t unlimited = ~std::uint64_t{0};

  /// Traffic beyond `lines_per_second_max` is counted, not logged; 0 logs and counts nothing.
  explicit TrafficLog(std::uint64_t lines_per_second_max) : lines_per_second_max_(lines_per_second_max) {}
  virtual ~TrafficLog() = default;

  TrafficLog(const TrafficLog&) = delete;
  TrafficLog& operator=(const TrafficLog&) = delete;

  enum class Direction { in, out };

  /// Whether line() would log the next line, for those to whom it is work to write one; if not, it is counted here.
  bool takes_line() {
    // Most lines of a busy server are over the limit: they cost a look at what hardly ever changes then.
    if (lines_this_second_.load(std::memory_order_relaxed) < lines_per_second_max_) return true;
    leave_out();
    return false;
  }

  /// Logs one line of traffic, or counts it. `other` is an address or a neighbour's name.
  void line(Direction direction, std::string_view other, std::string_view bytes) {
    if (!takes_line()) return;
    if (lines_this_second_.fetch_add(1, std::memory_order_relaxed) >= lines_per_second_max_) return leave_out();
    write(direction, other, bytes);
  }

  /// A new second begins; returns how many lines of the last one were left out. From one thread only.
  std::uint64_t begin_second() {
    lines_this_second_.store(0, std::memory_order_relaxed);
    const auto left_out = left_out_.sum();
    const auto before = left_out_before_;
    left_out_before_ = left_out;
    return left_out - before;
  }

 private:
  void leave_out() {
    if (lines_per_second_max_ != 0) left_out_.add();
  }

  /// From any thread.
  virtual void write(Direction direction, std::string_view other, std::string_view bytes) = 0;

  std::uint64_t lines_per_second_max_;
  std::atomic<std::uint64_t> lines_this_second_ = 0;
  SpreadCount left_out_;
  std::uint64_t left_out_before_ = 0;
};

}  // namespace herd
