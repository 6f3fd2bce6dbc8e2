#pragma once

#include <cstddef>
#include <cstdint>

#include "herd/wire/record.h"

namespace herd::store {

/// The number of a change within its partition: 1, 2, 3 ...
using Sequence = std::uint64_t;

/// Sizes that decide when a store goes from one way of doing things to the next. Servers keep what stands here;
/// simulations make them small, so that short histories come to every way.
struct Tuning {
  /// How many of a partition's last changes can be read one by one; readers further behind walk the table.
  Sequence ring_entries = 65'536;
  /// A reader that has not been at the tail for so many changes walks, even if the ring still holds them. Fewer than
  /// `ring_entries`: whoever fell off the ring must walk.
  Sequence walk_after_changes = 4096;
  /// A partition's digest tree gets another level when its leaves hold more records than this on average.
  std::size_t records_per_leaf = 4;
  /// A tombstone older than this, by the clock of who made it, is erased, together with all of the same `forget_every`.
  Duration forget_after = wire::forget_after;
  Duration forget_every = wire::forget_every;
};

}  // namespace herd::store
