#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "herd/geo/chunked_array.h"
#include "herd/geo/location.h"

namespace herd::live {

/// Where a live feed last saw each client, and what it knew before each of its last changes: with that it can tell who
/// left an area, also to those who were away for a while. 8 bytes a client, and 12 for each change remembered.
class LiveClients {
 public:
  /// slot * partitions + partition
  using Id = std::uint32_t;
  /// None: it was not seen yet, or is forgotten.
  using Place = std::optional<geo::Location>;

  /// So many changes are remembered.
  static constexpr std::size_t changes_max = 65'536;

  /// One more change. Where the client was before.
  Place note(Id id, Place now);

  Place find(Id id) const {
    const auto* place = places_.find(id);
    return place == nullptr ? Place() : place->get();
  }

  /// How many changes there were.
  std::uint64_t changes() const { return changes_; }
  /// The last changes can be gone through from here on.
  std::uint64_t first_remembered() const { return changes_ - history_.size(); }

  /// Calls sink(Id, Place before) for every change but the first `from`, of which there were at least
  /// first_remembered().
  template <class Sink>
  void for_each_since(std::uint64_t from, Sink sink) const {
    for (auto change = from; change < changes_; ++change) {
      const auto& [id, before] = history_[change % changes_max];
      sink(id, before.get());
    }
  }

  /// What it holds of the heap.
  std::size_t bytes() const { return places_.bytes() + history_.capacity() * sizeof(Change); }

 private:
  static constexpr std::int32_t nowhere = std::numeric_limits<std::int32_t>::min();

  /// 8 bytes.
  struct PackedPlace {
    std::int32_t latitude_e7 = nowhere;
    std::int32_t longitude_e7 = 0;

    Place get() const { return latitude_e7 == nowhere ? Place() : geo::Location{latitude_e7, longitude_e7}; }
  };
  struct Change {
    Id id = 0;
    PackedPlace before;
  };

  geo::ChunkedArray<PackedPlace, 10> places_;
  std::vector<Change> history_;  // grows to changes_max
  std::uint64_t changes_ = 0;
};

}  // namespace herd::live
