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

Whereabouts::Found Whereabouts::nearest(geo::Location center, double radius_m, std::size_t count_max,
                                        const Choice& choice, const std::function<void()>& let_go) const {
  Found nearby;
  auto& clients = nearby.clients;
  if (choice.names) {
    for (const auto& name : *choice.names) {
      auto sighting = store_.find(name);
      if (!sighting) continue;
      sighting->distance_m = geo::distance_m(center, sighting->record().location);
      if (sighting->distance_m <= radius_m) clients.push_back(*std::move(sighting));
    }
    std::ranges::sort(clients, {}, &Sighting::distance_m);
    nearby.is_all = clients.size() <= count_max;
    if (!nearby.is_all) clients.resize(count_max);
    return nearby;
  }
  std::vector<geo::CellGrid::Neighbor> found;
  auto chosen = grid_choice(choice);
  grid_.nearest(center, radius_m, count_max + 1, found, choice.is_wanted ? &chosen : nullptr, let_go);
  nearby.is_cut_short = chosen.is_cut_short();
  nearby.is_all = found.size() <= count_max && !nearby.is_cut_short;
  found.resize(std::min(found.size(), count_max));
  clients.reserve(found.size());
  for (const auto& each : found) describe(each.id, each.distance_m, choice, clients);
  return nearby;
}

Whereabouts::Found Whereabouts::within(const geo::Box& box, std::size_t count_max, const Choice& choice,
                                       const std::function<void()>& let_go) const {
  Found inside;
  auto& clients = inside.clients;
  if (choice.names) {
    for (const auto& name : *choice.names) {
      auto sighting = store_.find(name);
      if (!sighting || !box.contains(sighting->record().location)) continue;
      inside.is_all = clients.size() < count_max;
      if (!inside.is_all) break;
      clients.push_back(*std::move(sighting));
    }
    return inside;
  }
  std::vector<geo::CellGrid::Point> found;
  auto chosen = grid_choice(choice);
  inside.is_all = grid_.within(box, count_max, found, choice.is_wanted ? &chosen : nullptr);
  let_go();
  inside.is_cut_short = chosen.is_cut_short();
  clients.reserve(found.size());
  for (const auto& each : found) describe(each.id, 0, choice, clients);
  return inside;
}

geo::CellGrid::Choice Whereabouts::grid_choice(const Choice& choice) const {
  // Whoever reports to the partition waits for a copy, but not for a comparison.
  return {[this, &choice, client = std::string()](geo::CellGrid::Id id, std::size_t& work_left) mutable {
            client = store_.open(id % followers_.size())->held(id / followers_.size()).client();
            return choice.is_wanted(client, work_left);
          },
          choice.work_max};
}

/// Appends the client at this point, unless it was forgotten since, and perhaps another one has its slot.
void Whereabouts::describe(geo::CellGrid::Id id, double distance_m, const Choice& choice,
                           std::vector<Sighting>& out) const {
  Sighting sighting{.line = {}, .attributes = {}, .distance_m = distance_m};
  std::string client;
  {
    const auto partition = store_.open(id % followers_.size());
    const auto held = partition->held(id / followers_.size());
    if (held.is_tombstone()) return;
    wire::append_line(sighting.line, held.record());
    sighting.attributes = held.attributes();
    if (choice.is_wanted) client = held.client();
  }
  std::size_t work_left = choice.work_max;  // as much again at most
  if (!choice.is_wanted || choice.is_wanted(client, work_left)) out.push_back(std::move(sighting));
}

}  // namespace herd::store
