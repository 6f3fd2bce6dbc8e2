#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "herd/store/known_by.h"
#include "herd/store/leaves.h"
#include "herd/store/partition.h"

namespace herd::store {

/// A reader of one partition's changes at its own pace: no more than a cursor, however far it falls behind. It sees
/// no history, only the newest record of each client that changed.
///
/// A reader that is far behind *walks*: it notes the tail, goes through the slots in slot order taking those changed
/// after its cursor, then sets the cursor to the noted tail. (Skipping alone would starve: a client that moves all
/// the time would never be reached by a reader that stays a little behind all the time.)
class Follower {
 public:
  /// One turn's reads should look at no more slots than this, lest walks of large tables hold their thread up.
  static constexpr std::size_t looks_per_turn = 16'384;
  /// So many steps of a walk are told apart; beyond them it may give out again what it gave out already.
  static constexpr std::size_t steps_max = 512;

  /// How a reader that is behind goes on.
  enum class Pace {
    any,     ///< it may stay behind for ever, as a slow link does: it walks soon, for only a walk reaches everyone
    drains,  ///< it reads to the end each time: it walks only where the ring ends or a walk is shorter
  };

  Follower() = default;
  explicit Follower(Pace pace) : pace_(pace) {}

  /// Everything up to `position` is with the reader already.
  void resume(Sequence position);

  /// What the reader holds is not known: it gets every record there is, then what changes from now on.
  void start_over(const Partition& partition);

  /// What the reader holds is being found out: meanwhile it gets what changes from now on, and there is no position.
  void start_exchange(const Partition& partition);

  /// What the reader may lack was found, and the exchange is over: it gets those of these records that changed after
  /// `held`, up to which it holds everything; if that is 0, also those that it taught, for it may have lost them.
  void end_exchange(const Partition& partition, Leaves lacking, Sequence held);

  /// The reader lacks nothing: the exchange is over.
  void end_exchange() { exchanging_ = false; }

  /// Gives records, as Partition::Held, to `sink` until nothing is left, `sink` returns false (it has had enough, this
  /// one included) or `looks_left` slots were looked at, from which it takes those it looked at. What `reader` knows is
  /// left out.
  template <class Sink>
  void read(const Partition& partition, Reader reader, std::size_t& looks_left, Sink sink);

  /// Everything up to here was given out; none while that cannot be said.
  std::optional<Sequence> position() const;

  /// Nothing is left to read, unless an exchange finds something. `tail` is the partition's last change.
  bool is_drained(Sequence tail) const { return !lacking_ && !walk_ && cursor_ == tail; }
  bool is_caught_up(Sequence tail) const { return !exchanging_ && is_drained(tail); }

 private:
  struct Slots {
    std::size_t next;
    std::size_t end;
  };
  // The slots before `slot_end`, and after those of the step before it, were passed when the log ended at `tail`.
  struct Step {
    std::size_t slot_end;
    Sequence tail;
  };
  using Steps = std::vector<Step>;
  struct Lacking {
    Leaves leaves;
    Sequence held;
    Slots slots;
  };
  struct Walk {
    Sequence tail;
    Slots slots;
    Steps steps;
  };

  /// Whether the last walk gave out this change, though it was made after that walk had begun.
  bool was_walked(std::size_t slot, Sequence sequence) const;
  void note_step(Sequence tail);

  bool is_far_behind(const Partition& partition) const;

  Pace pace_ = Pace::any;
  Sequence cursor_ = 0;
  Sequence last_at_tail_ = 0;  // <= cursor_: where the cursor last was the tail, or the one that a walk noted
  bool exchanging_ = false;
  Sequence exchange_base_ = 0;      // what changes after it is read as any other change
  std::optional<Lacking> lacking_;  // found by an exchange, whoever taught it
  std::optional<Walk> walk_;        // those changed after the cursor
  Steps walked_;                    // of the last walk, while the cursor is on changes made during it
};

template <class Sink>
void Follower::read(const Partition& partition, Reader reader, std::size_t& looks_left, Sink sink) {
  const auto may_look = [&] {
    if (looks_left == 0) return false;
    --looks_left;
    return true;
  };

  if (lacking_) {
    while (lacking_->slots.next < lacking_->slots.end) {
      if (!may_look()) return;
      const auto held = partition.held(lacking_->slots.next++);
      if (held.sequence() <= lacking_->held || held.sequence() > exchange_base_) continue;
      if (lacking_->held != 0 && reader.knows(held.sequence(), held.known_by())) continue;
      if (lacking_->leaves.contains(held.client()) && !sink(held)) return;
    }
    lacking_.reset();
  }

  if (!walk_ && is_far_behind(partition)) walk_ = Walk{partition.sequence(), {0, partition.slots()}, {}};
  if (walk_) {
    bool wants_more = true;
    while (wants_more && walk_->slots.next < walk_->slots.end && may_look()) {
      const auto slot = walk_->slots.next++;
      const auto held = partition.held(slot);
      if (held.sequence() > cursor_ && !reader.knows(held.sequence(), held.known_by()) &&
          !was_walked(slot, held.sequence())) {
        wants_more = sink(held);
      }
    }
    note_step(partition.sequence());
    if (walk_->slots.next < walk_->slots.end) return;
    cursor_ = last_at_tail_ = walk_->tail;
    walked_ = std::move(walk_->steps);
    walk_.reset();
    // What changed meanwhile can wait for the next read, when it may be the turn of others.
    return;
  }

  while (cursor_ < partition.sequence()) {
    if (!may_look()) return;
    ++cursor_;
    // Slots change in no order that a processor could foresee.
    if (constexpr Sequence ahead = 8; cursor_ + ahead <= partition.sequence()) {
      partition.prefetch_held(partition.slot_changed_at(cursor_ + ahead));
    }
    const auto slot = partition.slot_changed_at(cursor_);
    const auto held = partition.held(slot);
    if (held.sequence() == cursor_ && !reader.knows(cursor_, held.known_by()) && !was_walked(slot, cursor_) &&
        !sink(held)) {
      return;
    }
  }
  last_at_tail_ = cursor_;
  Steps().swap(walked_);
}

}  // namespace herd::store
