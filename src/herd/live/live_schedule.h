#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "herd/base/time.h"

namespace herd::live {

/// Which subscribers are to be woken when: in the order of their times, no more at once than is good for the loop that
/// serves them all.
class LiveSchedule {
 public:
  /// A subscriber; the number is used again when it has gone, the generation is not.
  struct Ref {
    std::uint32_t id = 0;
    std::uint32_t generation = 0;

    friend bool operator==(const Ref&, const Ref&) = default;
  };

  static constexpr Duration step = millisecond;
  /// Nobody is added for later than so long after the last advance().
  static constexpr Duration ahead_max = 100 * millisecond;

  void add(Ref subscriber, Duration at) { wheel_[place(at)].push_back(subscriber); }

  /// Time, which is steady, has come so far.
  void advance(Duration now);

  /// Whether somebody's time has come.
  bool has_next() const { return !due_.empty(); }
  Ref take_next() {
    const auto next = due_.front();
    due_.pop_front();
    return next;
  }
  std::size_t due() const { return due_.size(); }

 private:
  static constexpr std::size_t places = 2 + ahead_max / step;
  std::size_t place(Duration at) const {
    const auto number = (at + step - 1) / step;
    return static_cast<std::size_t>(number > passed_ ? number : passed_ + 1) % places;
  }

  std::array<std::vector<Ref>, places> wheel_;
  std::int64_t passed_ = 0;  // steps
  std::deque<Ref> due_;
};

inline void LiveSchedule::advance(Duration now) {
  const auto target = now / step;
  for (std::size_t turns = 0; passed_ < target && turns < places; ++turns) {
    auto& place = wheel_[static_cast<std::size_t>(++passed_) % places];
    due_.insert(due_.end(), place.begin(), place.end());
    place.clear();
  }
  passed_ = target;
}

}  // namespace herd::live
