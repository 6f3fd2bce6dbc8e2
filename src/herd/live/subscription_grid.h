#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "herd/live/subscription_area.h"
#include "herd/protocols/live_subscription.h"

namespace herd::live {

/// Who wants to know of a change, without asking everybody.
///
/// An area is in the at most 8 cells that it touches of a grid whose cells are as wide as the area or up to twice that;
/// there is a grid for each power of two. So a change looks into one cell of each grid that is in use, whatever the
/// sizes of the areas, and finds few in it that do not hold it.
class SubscriptionGrid {
 public:
  /// A subscription's number. Memory goes with the greatest.
  using Id = std::uint32_t;
  using Wanted = decltype(protocols::LiveSubscription::wanted);

  /// `id` is not there yet.
  void add(Id id, Wanted wanted);
  /// `id` is there.
  void remove(Id id);

  const Wanted& wanted(Id id) const { return *subscriptions_[id].wanted; }

  /// Whether a client that is there is one of those: who is on a list is wanted everywhere.
  bool contains(Id id, geo::Location location) const {
    const auto& area = subscriptions_[id].area;
    return !area || area->contains(location);
  }

  /// Calls sink(Id) for every area that holds the location.
  template <class Sink>
  void for_each_at(geo::Location location, Sink sink) const {
    const FlatPoint point(location);
    for (unsigned level = 0; level < levels; ++level) {
      if (used_[level] == 0) continue;
      const auto cell = cells_.find(cell_at(level, point.x, point.y));
      if (cell == cells_.end()) continue;
      for (const auto& [bounds, id] : cell->second) {
        if (bounds.contains(point) && subscriptions_[id].area->contains(location)) sink(id);
      }
    }
  }

  /// Calls sink(Id) for every list with this client.
  template <class Sink>
  void for_each_of(std::string_view client, Sink sink) const {
    if (lists_.empty()) return;
    const auto list = lists_.find(client);
    if (list == lists_.end()) return;
    for (const auto id : list->second) sink(id);
  }

 private:
  // Cells are at least 2^12 units wide, 45 m, and at most the whole Earth.
  static constexpr unsigned least_bits = 12;
  static constexpr unsigned levels = 32 - least_bits + 1;

  using Cell = std::uint64_t;
  static Cell cell_at(unsigned level, std::uint64_t x, std::uint64_t y) {
    const auto bits = least_bits + level;
    return Cell{level} << 48U | x >> bits << 24U | y >> bits;
  }
  static unsigned level_of(const FlatBox& bounds);
  static std::vector<Cell> cells_of(unsigned level, const FlatBox& bounds);

  struct Entry {
    FlatBox bounds;
    Id id;
  };
  struct Subscription {
    std::optional<Wanted> wanted;
    std::optional<SubscriptionArea> area;
  };
  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  std::vector<Subscription> subscriptions_;
  std::array<std::size_t, levels> used_{};  // how many areas
  boost::unordered_flat_map<Cell, std::vector<Entry>> cells_;
  std::unordered_map<std::string, std::vector<Id>, TextHash, std::equal_to<>> lists_;
};

}  // namespace herd::live
