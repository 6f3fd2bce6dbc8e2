#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "herd/base/time.h"
#include "herd/live/live_schedule.h"
#include "herd/live/pending_clients.h"
#include "herd/protocols/live_subscription.h"

namespace herd::live {

/// What a feed knows of one subscriber. Times are the feed's, which are steady.
struct LiveSubscriber {
  using ClientId = std::uint32_t;

  std::uint32_t generation = 0;
  std::shared_ptr<const protocols::Grant> grant;
  std::function<void()> wake;

  /// It waits for its first message, or for a new snapshot: what changes is no concern of its yet.
  bool is_waiting = false;
  std::optional<std::uint64_t> resume_from = std::nullopt;  ///< of the feed's changes, these are with it

  /// The part of the snapshot that it did not get yet.
  std::vector<ClientId> snapshot = {};
  bool has_snapshot = false;
  bool is_snapshot_complete = true;
  std::size_t snapshot_part = 0;                       ///< the last it got
  std::uint64_t snapshot_changes = 0;                  ///< how many changes the feed had seen when it was made
  std::optional<Duration> snapshot_at = std::nullopt;  ///< when it was made

  PendingClients pending = {};
  bool is_scheduled = false;  ///< it will be woken for what is pending, or was
  bool is_due = false;        ///< it was woken, and may have what is pending as soon as it has room
  bool is_beat_due = false;   ///< it has not heard from us for long
  Duration told_at = 0;       ///< when it last got a batch; 0: never
  Duration heard_at = 0;      ///< when it last got anything
};

/// The subscribers of a feed, by small numbers that are used again.
class LiveSubscribers {
 public:
  using Id = std::uint32_t;
  using Ref = LiveSchedule::Ref;

  Id add(LiveSubscriber subscriber) {
    subscriber.generation = ++generations_;
    ++size_;
    if (free_.empty()) {
      table_.push_back(std::make_unique<LiveSubscriber>(std::move(subscriber)));
      return static_cast<Id>(table_.size() - 1);
    }
    const auto id = free_.back();
    free_.pop_back();
    table_[id] = std::make_unique<LiveSubscriber>(std::move(subscriber));
    return id;
  }

  void remove(Id id) {
    table_[id].reset();
    free_.push_back(id);
    --size_;
  }

  LiveSubscriber& operator[](Id id) { return *table_[id]; }
  Ref ref(Id id) const { return {id, table_[id]->generation}; }

  /// Null: it has gone.
  LiveSubscriber* find(Ref ref) {
    auto* const subscriber = table_[ref.id].get();
    return subscriber != nullptr && subscriber->generation == ref.generation ? subscriber : nullptr;
  }

  std::size_t size() const { return size_; }

  /// The next places of the table, round and round: null where nobody is.
  LiveSubscriber* next_in_turn() {
    if (turn_ >= table_.size()) turn_ = 0;
    return table_[turn_++].get();
  }
  std::size_t places() const { return table_.size(); }

 private:
  std::vector<std::unique_ptr<LiveSubscriber>> table_;
  std::vector<Id> free_;
  std::size_t size_ = 0;
  std::size_t turn_ = 0;
  std::uint32_t generations_ = 0;
};

}  // namespace herd::live
