#include "herd/google/google_breaker.h"

#include <algorithm>

namespace herd::google {

std::optional<GoogleBreaker::Permit> GoogleBreaker::take_permit(Time now) {
  if (state_ == State::on_trial || (state_ == State::open && now < paused_until_)) return std::nullopt;
  if (state_ == State::open) {
    state_ = State::on_trial;
    ++permit_;
  }
  return permit_;
}

void GoogleBreaker::end(Permit permit, const GoogleFailure* failure, Time now) {
  if (permit != permit_) return;
  if (failure == nullptr || failure->kind == GoogleFailure::Kind::invalid) {
    if (state_ == State::on_trial) reset();
    failures_ = 0;
  } else if (state_ == State::on_trial || failure->kind == GoogleFailure::Kind::refused ||
             ++failures_ == failures_max) {
    open(now);
  }
}

void GoogleBreaker::reset() {
  state_ = State::closed;
  ++permit_;
  failures_ = 0;
  pause_ = pause_min;
}

void GoogleBreaker::open(Time now) {
  state_ = State::open;
  ++permit_;
  failures_ = 0;
  paused_until_ = now + pause_;
  pause_ = std::min(pause_ * 2, pause_max);
  ++times_opened_;
}

}  // namespace herd::google
