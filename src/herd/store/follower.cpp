#include "herd/store/follower.h"

#include <algorithm>

namespace herd::store {

void Follower::resume(Sequence position) {
  *this = Follower(pace_);
  cursor_ = last_at_tail_ = position;
}

void Follower::start_over(const Partition& partition) {
  start_exchange(partition);
  end_exchange(partition, Leaves(), 0);
}

void Follower::start_exchange(const Partition& partition) {
  resume(partition.sequence());
  exchange_base_ = partition.sequence();
  exchanging_ = true;
}

void Follower::end_exchange(const Partition& partition, Leaves lacking, Sequence held) {
  exchanging_ = false;
  lacking_ = Lacking{std::move(lacking), held, {0, partition.slots()}};
}

std::optional<Sequence> Follower::position() const {
  if (exchanging_ || lacking_ || walk_) return std::nullopt;
  return cursor_;
}

bool Follower::is_far_behind(const Partition& partition) const {
  const auto& tuning = partition.tuning();
  const auto by = partition.sequence() - last_at_tail_;
  if (pace_ == Pace::any) return by > tuning.walk_after_changes;
  return by > std::min<Sequence>(tuning.ring_entries, std::max<Sequence>(partition.slots(), tuning.walk_after_changes));
}

bool Follower::was_walked(std::size_t slot, Sequence sequence) const {
  if (walked_.empty() || sequence > walked_.back().tail) return false;
  const auto step = std::ranges::upper_bound(walked_, slot, {}, &Step::slot_end);
  return step != walked_.end() && sequence <= step->tail;
}

void Follower::note_step(Sequence tail) {
  auto& steps = walk_->steps;
  // A longer step with the earlier tail claims less than is true, which costs a copy and nothing else.
  if (steps.size() == steps_max || (!steps.empty() && steps.back().tail == tail)) {
    steps.back().slot_end = walk_->slots.next;
  } else {
    steps.push_back({walk_->slots.next, tail});
  }
}

}  // namespace herd::store
