#include "herd/live/live_clients.h"

namespace herd::live {

LiveClients::Place LiveClients::note(Id id, Place now) {
  auto& place = places_.make(id);
  const Change change{id, place};
  if (history_.size() < changes_max) {
    history_.push_back(change);
  } else {
    history_[changes_ % changes_max] = change;
  }
  ++changes_;
  place = now ? PackedPlace{now->latitude_e7, now->longitude_e7} : PackedPlace();
  return change.before.get();
}

}  // namespace herd::live
