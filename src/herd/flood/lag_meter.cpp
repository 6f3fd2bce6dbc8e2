#include "herd/flood/lag_meter.h"

namespace herd::flood {

void LagMeter::on_backlog(Time now) {
  if (!backlog_since_) backlog_since_ = now;
}

void LagMeter::on_drained() {
  backlog_since_.reset();
  tail_then_.reset();
}

void LagMeter::on_sent(Time now, const Progress& progress) {
  on_backlog(now);
  if (in_flight_.size() == in_flight_max) {
    in_flight_.back().total = progress.stated;
  } else {
    in_flight_.push_back({*backlog_since_, progress.stated});
  }

  if (progress.drained) return on_drained();
  if (tail_then_ && progress.read >= tail_then_->total) {
    backlog_since_ = tail_then_->at;
    tail_then_.reset();
  }
  if (!tail_then_) tail_then_ = Mark{now, progress.tail};
}

void LagMeter::on_acknowledged(std::uint64_t stated) {
  while (!in_flight_.empty() && in_flight_.front().total <= stated) in_flight_.pop_front();
}

Duration LagMeter::lag(Time now) const {
  if (!in_flight_.empty()) return now - in_flight_.front().at;
  return backlog_since_ ? now - *backlog_since_ : 0;
}

}  // namespace herd::flood
