#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "herd/geo/cell_grid.h"
#include "herd/store/follower.h"
#include "herd/store/record_store.h"
#include "herd/store/sighting.h"

namespace herd::store {

/// Who is where: a grid over the clients of all partitions, which follows their change logs. Reports pay nothing for
/// it; whoever asks, or now and then somebody who has the time, calls catch_up().
///
/// Not for several threads at once, though others may write to the store meanwhile. Questions about some clients by
/// name need no grid: any thread may ask them at any time.
class Whereabouts {
 public:
  /// About which clients somebody asks. Without anything: about all.
  struct Choice {
    std::optional<std::span<const std::string>> names = {};  ///< these, each of them there once
    /// Else those for which it holds. It takes from `work_left` what it did; nobody else is looked at when nothing is
    /// left of `work_max`.
    std::function<bool(std::string_view client, std::size_t& work_left)> is_wanted = {};
    std::size_t work_max = std::numeric_limits<std::size_t>::max();
  };

  struct Found {
    std::vector<Sighting> clients;
    bool is_all = true;         ///< there are no more than these
    bool is_cut_short = false;  ///< whether there are more is not known: others took all the work
  };

  /// `store` must outlive it.
  explicit Whereabouts(const RecordStore& store);

  /// Takes in what changed, looking at about as many slots as `looks_left`, from which it takes those it looked at.
  /// Whether it is up to date.
  bool catch_up(std::size_t& looks_left);

  /// The at most `count_max` clients that are nearest to `center` and at most `radius_m` from it, nearest first. Their
  /// lines are perhaps a little newer than what was asked about. Clients that are forgotten are nowhere. If it is cut
  /// short, the work was spent on those about the centre. `let_go` is called once, when the grid has been read: from
  /// then on others may change it, while what was found is put into words.
  Found nearest(
      geo::Location center, double radius_m, std::size_t count_max, const Choice& choice,
      const std::function<void()>& let_go = [] {}) const;

  /// Those in a box, at most `count_max` of them, in no particular order.
  Found within(
      const geo::Box& box, std::size_t count_max, const Choice& choice,
      const std::function<void()>& let_go = [] {}) const;

 private:
  geo::CellGrid::Choice grid_choice(const Choice& choice) const;
  void describe(geo::CellGrid::Id id, double distance_m, const Choice& choice, std::vector<Sighting>& out) const;

  const RecordStore& store_;
  std::vector<Follower> followers_;  // by partition
  geo::CellGrid grid_;               // of slot * partitions + partition
  std::vector<geo::CellGrid::Point> moved_;
  std::vector<geo::CellGrid::Id> gone_;
};

}  // namespace herd::store
