#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "herd/base/time.h"

namespace herd::simulation {

inline constexpr Time never = std::numeric_limits<Time>::max();

/// Something that happens at a virtual time. Whoever it is about looks whether it still means it when it comes:
/// events are not taken back.
struct Event {
  enum class Kind : std::uint8_t {
    arrival,  ///< bytes may have arrived at end `side` of connection `index`
    closed,   ///< end `side` of connection `index` learns that the other is gone
    answer,   ///< connection `index`, not accepted yet, has waited long enough
    dial,     ///< end point `index` dials
    turn,     ///< end point `index` may have something to write, or be given up
    thaw,     ///< server `index` goes on
  };

  Time at = 0;
  std::uint64_t order = 0;  ///< of the pushing: events of one time happen in it
  Kind kind = Kind::turn;
  std::uint8_t side = 0;
  std::uint32_t index = 0;
  std::uint32_t life = 0;  ///< of the connection: its place is used again
};

/// What is to happen, the earliest first.
class EventQueue {
 public:
  void push(Event event) {
    event.order = ++pushed_;
    events_.push_back(event);
    std::ranges::push_heap(events_, is_later);
  }

  Time next_at() const { return events_.empty() ? never : events_.front().at; }

  Event pop() {
    std::ranges::pop_heap(events_, is_later);
    const auto event = events_.back();
    events_.pop_back();
    return event;
  }

  std::uint64_t pushed() const { return pushed_; }

 private:
  static bool is_later(const Event& a, const Event& b) { return a.at != b.at ? a.at > b.at : a.order > b.order; }

  std::vector<Event> events_;
  std::uint64_t pushed_ = 0;
};

}  // namespace herd::simulation
