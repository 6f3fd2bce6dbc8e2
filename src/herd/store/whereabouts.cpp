#include "herd/store/whereabouts.h"

#include <algorithm>

namespace herd::store {
namespace {

/// A partition is not kept from those who report for longer than it takes to look at so many slots.
constexpr std::size_t looks_at_once = 1024;

}  // namespace

Whereabouts::Whereabouts(const RecordStore& store)
    : store_(store), followers_(store.size(), Follower(Follower::Pace::drains)) {}

bool Whereabouts::catch_up(std::size_t& looks_left) {
  for (std::size_t partition = 0; partition < followers_.size(); ++partition) {
    auto& follower = followers_[partition];
    while (!follower.is_caught_up(store_.sequence(partition))) {
      if (looks_left == 0) return false;
      auto looks = std::min(looks_left, looks_at_once);
      looks_left -= looks;
      moved_.clear();
      gone_.clear();
      follower.read(*store_.open(partition), Reader{}, looks, [&](const Partition::Held& held) {
        const auto id = static_cast<geo::CellGrid::Id>(held.slot * followers_.size() + partition);
        if (held.is_tombstone()) {
          gone_.push_back(id);
        } else {
          moved_.push_back({id, held.location()});
        }
        return true;
      });
      looks_left += looks;
      grid_.update(moved_);
      for (const auto id : gone_) grid_.remove(id);
    }
  }
  return true;
}

std::vector<Sighting> Whereabouts::nearest(geo::Location center, double radius_m, std::size_t count_max) const {
  std::vector<geo::CellGrid::Neighbor> found;
  grid_.nearest(center, radius_m, count_max, found);
  std::vector<Sighting> nearby;
  nearby.reserve(found.size());
  for (const auto& each : found) describe(each.id, each.distance_m, nearby);
  return nearby;
}

Whereabouts::Within Whereabouts::within(const geo::Box& box, std::size_t count_max) const {
  std::vector<geo::CellGrid::Point> found;
  Within within;
  within.is_all = grid_.within(box, count_max, found);
  within.clients.reserve(found.size());
  for (const auto& each : found) describe(each.id, 0, within.clients);
  return within;
}

/// Appends the client at this point, unless it was forgotten since.
void Whereabouts::describe(geo::CellGrid::Id id, double distance_m, std::vector<Sighting>& out) const {
  const auto partition = store_.open(id % followers_.size());
  const auto held = partition->held(id / followers_.size());
  if (held.is_tombstone()) return;
  auto& sighting = out.emplace_back(Sighting{{}, std::string(held.attributes()), distance_m});
  wire::append_line(sighting.line, held.record());
}

}  // namespace herd::store
