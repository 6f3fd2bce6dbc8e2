#include "herd/live/live_feed.h"

#include <algorithm>
#include <utility>

#include "herd/live/event_stream.h"
#include "herd/live/websocket_stream.h"

namespace herd::live {
namespace {

/// A tick that comes late, or a clock that is set, is not made up for beyond this.
constexpr Duration passed_max = 20 * millisecond;

}  // namespace

LiveFeed::LiveFeed(protocols::Herd& herd, const store::RecordStore& store)
    : herd_(herd), changes_(store, [this](const LiveChanges::Change& change) { return on_change(change); }) {}

std::unique_ptr<LiveStream> LiveFeed::open(const http::HttpLive& live, Time now, std::function<void()> wake) {
  if (subscribers() == 0) {
    clock_ = now;
    changes_.begin(now);
  }
  ++counters_.opened;
  LiveSubscriber subscriber;
  subscriber.grant = live.subscription.grant;
  subscriber.wake = std::move(wake);
  subscriber.resume_from = position_of(live.last_event_id, *subscriber.grant);
  subscriber.heard_at = now_;
  const auto id = subscribers_.add(std::move(subscriber));
  grid_.add(id, live.subscription.wanted);
  wait(id);
  LivePlace place(*this, id);
  if (live.framing == http::HttpLive::Framing::websocket) return std::make_unique<WebsocketStream>(std::move(place));
  return std::make_unique<EventStream>(std::move(place));
}

void LiveFeed::tick(Time now) {
  const auto passed = std::clamp<Duration>(now - clock_, 0, passed_max);
  clock_ = now;
  now_ += passed;
  if (subscribers() == 0) return;
  changes_.sweep(now_);
  changes_.read();
  begin_those_who_wait();
  schedule_.advance(now_);
  wake_due(passed);
  beat(passed);
}

std::size_t LiveFeed::on_change(const LiveChanges::Change& change) {
  ++counters_.changes;
  std::size_t work = 0;
  const auto tell = [&](Id id) {
    const auto& subscriber = subscribers_[id];
    if (subscriber.is_waiting) return;
    const auto& grant = *subscriber.grant;
    if (!grant.is_for_all_clients() && !grant.may(protocols::Verb::read, change.client, work)) return;
    note(id, change.id);
    ++work;
  };
  if (change.now) grid_.for_each_at(*change.now, tell);
  // Who sees it leave; the others were told already, and telling them again changes nothing.
  if (change.before && change.before != change.now) grid_.for_each_at(*change.before, tell);
  grid_.for_each_of(change.client, tell);
  return work;
}

void LiveFeed::note(Id id, ClientId client) {
  auto& subscriber = subscribers_[id];
  subscriber.pending.add(client);
  if (subscriber.is_scheduled) return;
  subscriber.is_scheduled = true;
  schedule_.add(subscribers_.ref(id), subscriber.told_at + batch_every);
}

void LiveFeed::wake_due(Duration passed) {
  const auto enough = static_cast<std::size_t>(subscribers() * tick_every / batch_within + 1);
  auto left = std::max(wakes_per_tick, enough) * static_cast<std::size_t>(passed) / tick_every;
  while (left > 0 && schedule_.has_next()) {
    const auto ref = schedule_.take_next();
    auto* const subscriber = subscribers_.find(ref);
    // It may have been scheduled before it began to wait for a new snapshot.
    if (subscriber == nullptr || !subscriber->is_scheduled || subscriber->is_due) continue;
    if (subscriber->told_at + batch_every > now_) {
      schedule_.add(ref, subscriber->told_at + batch_every);
      continue;
    }
    subscriber->is_due = true;
    --left;
    // The stream may end in there, and its function with it.
    const auto wake = subscriber->wake;
    wake();
  }
}

/// Each place of the table has its turn once a second.
void LiveFeed::beat(Duration passed) {
  auto turns = subscribers_.places() * static_cast<std::size_t>(passed) / second + 1;
  for (; turns > 0; --turns) {
    auto* const subscriber = subscribers_.next_in_turn();
    if (subscriber == nullptr || subscriber->is_due || subscriber->is_beat_due) continue;
    if (now_ - subscriber->heard_at < beat_every && !subscriber->grant->is_revoked()) continue;
    subscriber->is_beat_due = true;
    const auto wake = subscriber->wake;
    wake();
  }
}

std::optional<LiveMessage> LiveFeed::next(Id id) {
  auto& subscriber = subscribers_[id];
  if (subscriber.grant->is_revoked()) return LiveMessage{.kind = LiveMessage::Kind::end, .json = {}, .token = {}};
  std::optional<LiveMessage> told;
  if (subscriber.has_snapshot) {
    told = snapshot_part(id);
  } else if (subscriber.is_due && subscriber.pending.is_overflown()) {
    ++counters_.fell_behind;
    wait(id);
  } else if (subscriber.is_due) {
    told = batch(id);
  } else if (subscriber.is_beat_due) {
    const bool has_everything = !subscriber.is_waiting && subscriber.pending.is_empty();
    told = message(LiveMessage::Kind::beat, subscriber,
                   has_everything ? std::optional(changes_.clients().changes()) : std::nullopt);
  }
  if (told) {
    subscriber.heard_at = now_;
    subscriber.is_beat_due = false;
  }
  return told;
}

void LiveFeed::follow(Id id, SubscriptionGrid::Wanted wanted) {
  grid_.remove(id);
  grid_.add(id, std::move(wanted));
  // It may not have gone on yet, and has nothing of these.
  subscribers_[id].resume_from.reset();
  wait(id);
}

void LiveFeed::leave(Id id) {
  grid_.remove(id);
  subscribers_.remove(id);
}

LivePlace::~LivePlace() {
  if (feed_ != nullptr) feed_->leave(id_);
}

std::optional<LiveMessage> LivePlace::next() {
  return feed_->next(id_);
}

void LivePlace::follow(decltype(protocols::LiveSubscription::wanted) wanted) {
  feed_->follow(id_, std::move(wanted));
}

}  // namespace herd::live
