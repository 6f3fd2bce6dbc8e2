#include <algorithm>
#include <utility>

#include "herd/base/text.h"
#include "herd/live/live_feed.h"
#include "herd/protocols/readable_clients.h"

/// How subscribers begin: with a snapshot, or where they were.
namespace herd::live {
namespace {

/// Going through a change again costs so much less than putting a client into a snapshot, and so does a comparison.
constexpr std::size_t changes_per_client = 32;
constexpr std::size_t comparisons_per_client = 8;

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
  std::size_t work = 0;  // in clients of a snapshot
  auto left = std::min(waiting_.size(), snapshots_per_tick);
  for (; left > 0 && work < snapshot_clients_per_tick; --left) {
    const auto ref = waiting_.front();
    waiting_.pop_front();
    auto* const subscriber = subscribers_.find(ref);
    if (subscriber == nullptr) continue;
    if (subscriber->snapshot_at && now_ - *subscriber->snapshot_at < batch_every) {
      waiting_.push_back(ref);
      continue;
    }
    if (const auto from = std::exchange(subscriber->resume_from, std::nullopt); from && resume(ref.id, *from, work)) {
      ++counters_.resumed;
      continue;
    }
    make_snapshot(ref.id, work);
    // What is read for the snapshot is in the snapshot: it was no change for this one.
    subscriber->is_waiting = false;
    const auto wake = subscriber->wake;
    wake();
  }
}

/// What is told is the history of the clients that may be read.
void LiveFeed::append_history(std::string& token, const protocols::Grant& grant) const {
  token += changes_.life();
  if (!grant.is_for_all_clients()) {
    token += '.';
    append_number(token, std::uint64_t{grant.fingerprint()});
  }
  token += '-';
}

std::optional<std::uint64_t> LiveFeed::position_of(std::string_view token, const protocols::Grant& grant) const {
  std::string history;
  append_history(history, grant);
  if (!token.starts_with(history)) return std::nullopt;
  return parse_whole(token.substr(history.size()), changes_.clients().changes());
}

/// What it wants of what changed since is pending then; what else changed it cannot have seen. False: that is too long
/// ago, or too much to compare.
bool LiveFeed::resume(Id id, std::uint64_t from, std::size_t& work) {
  const auto& clients = changes_.clients();
  if (from < clients.first_remembered()) return false;
  work += (clients.changes() - from) / changes_per_client;
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
  if (const auto& grant = *subscriber.grant; !grant.is_for_all_clients()) {
    std::ranges::sort(taken_);
    taken_.erase(std::ranges::unique(taken_).begin(), taken_.end());
    std::size_t comparisons = 0;
    std::erase_if(taken_, [&](ClientId client) {
      return comparisons > protocols::comparisons_max ||
             !grant.may(protocols::Verb::read, changes_.client_of(client), comparisons);
    });
    work += comparisons / comparisons_per_client;
    if (comparisons > protocols::comparisons_max) return false;
  }
  subscriber.is_waiting = false;
  for (const auto client : taken_) note(id, client);
  return true;
}

void LiveFeed::make_snapshot(Id id, std::size_t& work) {
  auto& subscriber = subscribers_[id];
  const auto& wanted = grid_.wanted(id);
  subscriber.is_snapshot_complete = true;
  const auto& grant = *subscriber.grant;
  const auto add_found = [&](const store::Whereabouts::Found& found) {
    subscriber.is_snapshot_complete = found.is_all;
    if (grant.patterns() > 0 && !grant.is_for_all_clients()) work += snapshot_clients_per_tick;
    for (const auto& sighting : found.clients) add_to_snapshot(subscriber, sighting.record().client);
  };
  if (const auto* box = std::get_if<geo::Box>(&wanted)) {
    add_found(herd_.within(*box, snapshot_clients_max, grant));
  } else if (const auto* circle = std::get_if<protocols::LiveSubscription::Circle>(&wanted)) {
    add_found(herd_.near(circle->center, circle->radius_m, snapshot_clients_max, grant));
  } else {
    std::size_t comparisons = 0;
    for (const auto& client : std::get<protocols::LiveSubscription::Clients>(wanted)) {
      if (grant.may(protocols::Verb::read, client, comparisons)) add_to_snapshot(subscriber, client);
    }
    work += comparisons / comparisons_per_client;
  }
  work += subscriber.snapshot.size();
  // It is given out from the end.
  std::ranges::reverse(subscriber.snapshot);
  subscriber.has_snapshot = true;
  subscriber.snapshot_part = 0;
  subscriber.snapshot_at = now_;
  subscriber.snapshot_changes = changes_.clients().changes();
  ++counters_.snapshots;
  counters_.incomplete += subscriber.is_snapshot_complete ? 0U : 1U;
}

/// What it is now counts as seen: if it changes, the subscriber will be told, also if it leaves at once.
void LiveFeed::add_to_snapshot(LiveSubscriber& subscriber, std::string_view client) {
  const auto id = changes_.id_of(client);
  if (!id) return;
  changes_.refresh(*id);
  subscriber.snapshot.push_back(*id);
}

}  // namespace herd::live
