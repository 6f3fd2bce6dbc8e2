#pragma once

#include <cstdint>
#include <optional>

#include "herd/base/time.h"
#include "herd/google/google_answer.h"

namespace herd::google {

/// Spares Google, and those who wait, requests that would most likely fail: after five failures in a row, or one that
/// says that the key is refused or used up, none is made for 30 s; then one is tried, and as long as that fails the
/// pause doubles, up to 10 min.
class GoogleBreaker {
 public:
  static constexpr unsigned failures_max = 5;
  static constexpr Duration pause_min = 30 * second;
  static constexpr Duration pause_max = 600 * second;

  enum class State : std::uint8_t {
    closed,   ///< requests are made
    open,     ///< none is made, or the pause is over and the next one will be the trial
    on_trial  ///< one was made after a pause, and has no outcome yet
  };

  /// Says which requests an outcome counts for: one that was made before the state changed says nothing about it.
  using Permit = std::uint64_t;

  /// Leave to make a request; none if it is to be spared. Each permit is ended once.
  std::optional<Permit> take_permit(Time now);

  /// The request had an answer: `failure` is null, or says why it had none.
  void end(Permit permit, const GoogleFailure* failure, Time now);

  /// What failed may go well from now on, for there is another key.
  void reset();

  State state() const { return state_; }
  std::uint64_t times_opened() const { return times_opened_; }

 private:
  void open(Time now);

  State state_ = State::closed;
  Permit permit_ = 0;  // of the present state; another one with each change
  unsigned failures_ = 0;
  Duration pause_ = pause_min;
  Time paused_until_ = 0;  // while open
  std::uint64_t times_opened_ = 0;
};

}  // namespace herd::google
