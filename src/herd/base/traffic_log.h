#pragma once

#include <cstdint>
#include <string_view>

namespace herd {

/// Where the lines that come in and go out are logged, as many a second as its limit allows.
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
    if (lines_this_second_ < lines_per_second_max_) return true;
    left_out_ += lines_per_second_max_ != 0 ? 1 : 0;
    return false;
  }

  /// Logs one line of traffic, or counts it. `other` is an address or a neighbour's name.
  void line(Direction direction, std::string_view other, std::string_view bytes) {
    if (lines_this_second_ >= lines_per_second_max_) {
      left_out_ += lines_per_second_max_ != 0 ? 1 : 0;
      return;
    }
    ++lines_this_second_;
    write(direction, other, bytes);
  }

  /// A new second begins; returns how many lines of the last one were left out.
  std::uint64_t begin_second() {
    lines_this_second_ = 0;
    const auto left_out = left_out_;
    left_out_ = 0;
    return left_out;
  }

 private:
  virtual void write(Direction direction, std::string_view other, std::string_view bytes) = 0;

  std::uint64_t lines_per_second_max_;
  std::uint64_t lines_this_second_ = 0;
  std::uint64_t left_out_ = 0;
};

}  // namespace herd
