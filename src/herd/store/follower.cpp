#include "herd/store/follower.h"

namespace herd::store {

void Follower::resume(Sequence position) {
  cursor_ = last_at_tail_ = position;
  whole_.reset();
  walk_.reset();
}

void Follower::start_over(const Partition& partition) {
  cursor_ = last_at_tail_ = partition.sequence();
  whole_ = Slots{0, partition.slots()};
  walk_.reset();
}

std::optional<Sequence> Follower::position() const {
  if (whole_ || walk_) return std::nullopt;
  return cursor_;
}

}  // namespace herd::store
