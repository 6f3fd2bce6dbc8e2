#include <algorithm>
#include <utility>

#include "herd/base/text.h"
#include "herd/live/live_feed.h"

/// How subscribers begin: with a snapshot, or where they were.
namespace herd::live {
namespace {

/// Going through a change again costs so much less than putting a client into a snapshot.
constexpr std::size_t changes_per_client = 32;

}  // namespace

void LiveFeed::wait(Id id) {
  auto& subscriber = subscribers_[id];
  std::vector<ClientId>().swap(subscriber.snapshot);
  subscriber.has_snapshot = false;
  subscriber.pending.clear();
  subscriber.is_scheduled = subscriber.is_due = false;
  if (!std::exchange(subscriber.is_waiting, true)) waiting_.push_back(subscribers_.ref(id));
}

void LiveFeed::begin_those_who_wait() {
  std::size_t clients = 0;
  auto left = std::min(waiting_.size(), snapshots_per_tick);
  for (; left > 0 && clients < snapshot_clients_per_tick; --left) {
    const auto ref = waiting_.front();
    waiting_.pop_front();
    auto* const subscriber = subscribers_.find(ref);
    if (subscriber == nullptr) continue;
    if (subscriber->snapshot_at && now_ - *subscriber->snapshot_at < batch_every) {
      waiting_.push_back(ref);
      continue;
    }
    if (const auto from = std::exchange(subscriber->resume_from, std::nullopt); from && resume(ref.id, *from)) {
      clients += (changes_.clients().changes() - *from) / changes_per_client;
      ++counters_.resumed;
      continue;
    }
    clients += make_snapshot(ref.id);
    // What is read for the snapshot is in the snapshot: it was no change for this one.
    subscriber->is_waiting = false;
    const auto wake = subscriber->wake;
    wake();
  }
}

std::optional<std::uint64_t> LiveFeed::position_of(std::string_view token) const {
  const auto& life = changes_.life();
  if (!token.starts_with(life) || !token.substr(life.size()).starts_with('-')) return std::nullopt;
  return parse_whole(token.substr(life.size() + 1), changes_.clients().changes());
}

/// What it wants of what changed since is pending then; what else changed it cannot have seen. False: that is too long
/// ago.
bool LiveFeed::resume(Id id, std::uint64_t from) {
  const auto& clients = changes_.clients();
  if (from < clients.first_remembered()) return false;
  taken_.clear();
  if (const auto* names = std::get_if<protocols::LiveSubscription::Clients>(&grid_.wanted(id))) {
    std::vector<ClientId> listed;
    for (const auto& name : *names) {
      if (const auto client = changes_.id_of(name)) listed.push_back(*client);
    }
    std::ranges::sort(listed);
    clients.for_each_since(from, [&](ClientId client, const LiveClients::Place& /*before*/) {
      if (std::ranges::binary_search(listed, client)) taken_.push_back(client);
    });
  } else {
    clients.for_each_since(from, [&](ClientId client, const LiveClients::Place& before) {
      const auto now = clients.find(client);
      if ((now && grid_.contains(id, *now)) || (before && grid_.contains(id, *before))) taken_.push_back(client);
    });
  }
  auto& subscriber = subscribers_[id];
  subscriber.is_waiting = false;
  const auto& grant = *subscriber.grant;
  for (const auto client : taken_) {
    if (grant.is_for_all_clients() || grant.may(protocols::Verb::read, changes_.client_of(client))) note(id, client);
  }
  return true;
}

std::size_t LiveFeed::make_snapshot(Id id) {
  auto& subscriber = subscribers_[id];
  const auto& wanted = grid_.wanted(id);
  subscriber.is_snapshot_complete = true;
  const auto add_found = [&](const store::Whereabouts::Found& found) {
    subscriber.is_snapshot_complete = found.is_all;
    for (const auto& sighting : found.clients) add_to_snapshot(subscriber, sighting.record().client);
  };
  const auto& grant = *subscriber.grant;
  if (const auto* box = std::get_if<geo::Box>(&wanted)) {
    add_found(herd_.within(*box, snapshot_clients_max, grant));
  } else if (const auto* circle = std::get_if<protocols::LiveSubscription::Circle>(&wanted)) {
    add_found(herd_.near(circle->center, circle->radius_m, snapshot_clients_max, grant));
  } else {
    for (const auto& client : std::get<protocols::LiveSubscription::Clients>(wanted)) {
      if (grant.may(protocols::Verb::read, client)) add_to_snapshot(subscriber, client);
    }
  }
  // It is given out from the end.
  std::ranges::reverse(subscriber.snapshot);
  subscriber.has_snapshot = true;
  subscriber.snapshot_part = 0;
  subscriber.snapshot_at = now_;
  subscriber.snapshot_changes = changes_.clients().changes();
  ++counters_.snapshots;
  counters_.incomplete += subscriber.is_snapshot_complete ? 0U : 1U;
  return subscriber.snapshot.size();
}

/// What it is now counts as seen: if it changes, the subscriber will be told, also if it leaves at once.
void LiveFeed::add_to_snapshot(LiveSubscriber& subscriber, std::string_view client) {
  const auto id = changes_.id_of(client);
  if (!id) return;
  changes_.refresh(*id);
  subscriber.snapshot.push_back(*id);
}

}  // namespace herd::live
