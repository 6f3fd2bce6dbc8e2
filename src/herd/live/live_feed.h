#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "herd/base/shared_count.h"
#include "herd/base/time.h"
#include "herd/http/http_exchange.h"
#include "herd/live/live_changes.h"
#include "herd/live/live_place.h"
#include "herd/live/live_schedule.h"
#include "herd/live/live_stream.h"
#include "herd/live/live_subscribers.h"
#include "herd/live/subscription_grid.h"
#include "herd/protocols/herd.h"
#include "herd/store/record_store.h"

namespace herd::live {

/// What happened since the start. Any thread may read them.
struct LiveCounters {
  SharedCount opened;       ///< feeds
  SharedCount resumed;      ///< of them went on where an earlier one had ended
  SharedCount snapshots;    ///< made
  SharedCount incomplete;   ///< of them had room for a part of the clients only
  SharedCount fell_behind;  ///< subscribers for whom more clients were pending than a set may hold
  SharedCount changes;      ///< of clients that were read
  SharedCount batches;      ///< of changes, given to subscribers
  SharedCount told;         ///< clients in them
};

/// Who follows which clients, and what they are told when: the live feeds of a server. Not for several threads at once.
///
/// A subscriber gets a snapshot, then batches of what changed, at most 10 a second. What it was not told yet is a set
/// of clients, so a slow one gets the newest position of each and holds up nobody. docs/live.md has the messages.
///
/// The change log is read only while somebody subscribes.
class LiveFeed {
 public:
  /// A clock's tick: the server calls tick() so often while there are subscribers.
  static constexpr Duration tick_every = LiveSchedule::step;
  /// Nobody gets batches more often.
  static constexpr Duration batch_every = LiveSchedule::ahead_max;
  /// Nobody waits longer for one that has room for it, however many subscribers there are.
  static constexpr Duration batch_within = 300 * millisecond;
  /// So many may be woken in any tick.
  static constexpr std::size_t wakes_per_tick = 13;
  /// Who heard nothing for so long hears that there is nothing to say.
  static constexpr Duration beat_every = 15 * second;
  static constexpr std::size_t snapshot_clients_max = 10'000;
  /// Snapshots made in a tick have no more clients than this, except for the last of them. One of an area for a grant
  /// with patterns is the last.
  static constexpr std::size_t snapshot_clients_per_tick = 2'000;
  static constexpr std::size_t snapshots_per_tick = 50;
  /// A message is not made longer when it has so many bytes.
  static constexpr std::size_t message_bytes = 60 * 1024;

  /// `herd` and `store` outlive it.
  LiveFeed(protocols::Herd& herd, const store::RecordStore& store);

  /// What follows the head of a live response. `wake`: called in tick() when the stream has something to say; not after
  /// the stream is gone. Streams end before the feed.
  std::unique_ptr<LiveStream> open(const http::HttpLive& live, Time now, std::function<void()> wake);

  /// Reads the change log and wakes the streams that are due; every tick_every while there are subscribers. `now`:
  /// POSIX ns.
  void tick(Time now);

  std::size_t subscribers() const { return subscribers_.size(); }
  const LiveCounters& counters() const { return counters_; }

 private:
  friend LivePlace;
  using Id = LiveSubscribers::Id;
  using ClientId = LiveChanges::Id;

  void pass_time(Time now);
  std::size_t on_change(const LiveChanges::Change& change);
  void note(Id id, ClientId client);
  void wake_due(Duration passed);
  void beat(Duration passed);

  // Of a place.
  std::optional<LiveMessage> next(Id id);
  void follow(Id id, SubscriptionGrid::Wanted wanted);
  void leave(Id id);

  // Beginnings.
  void wait(Id id);
  void begin_those_who_wait();
  void append_history(std::string& token, const protocols::Grant& grant) const;
  std::optional<std::uint64_t> position_of(std::string_view token, const protocols::Grant& grant) const;
  bool resume(Id id, std::uint64_t from, std::size_t& work);
  void make_snapshot(Id id, std::size_t& work);
  void add_to_snapshot(LiveSubscriber& subscriber, std::string_view client);

  // Messages.
  LiveMessage snapshot_part(Id id);
  LiveMessage batch(Id id);
  LiveMessage message(LiveMessage::Kind kind, const LiveSubscriber& subscriber, std::optional<std::uint64_t> position);

  protocols::Herd& herd_;
  LiveChanges changes_;
  SubscriptionGrid grid_;
  LiveSubscribers subscribers_;
  LiveSchedule schedule_;
  std::deque<LiveSubscribers::Ref> waiting_;
  LiveCounters counters_;

  Time clock_ = 0;               // at the last tick
  Duration now_ = batch_every;   // steady: whoever got nothing yet, at 0, is due
  std::vector<ClientId> taken_;  // for a batch
  std::string json_;             // of the last message
  std::string left_;             // of it
  std::string token_;            // of it
};

}  // namespace herd::live
