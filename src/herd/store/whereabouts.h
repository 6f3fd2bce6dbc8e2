#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "herd/geo/cell_grid.h"
#include "herd/store/follower.h"
#include "herd/store/record_store.h"
#include "herd/store/sighting.h"

namespace herd::store {

/// Who is where: a grid over the clients of all partitions, which follows their change logs. Reports pay nothing for
/// it; whoever asks, or now and then somebody who has the time, calls catch_up().
///
/// Not for several threads at once, though others may write to the store meanwhile.
class Whereabouts {
 public:
  /// `store` must outlive it.
  explicit Whereabouts(const RecordStore& store);

  /// Takes in what changed, looking at about as many slots as `looks_left`, from which it takes those it looked at.
  /// Whether it is up to date.
  bool catch_up(std::size_t& looks_left);

  /// The at most `count_max` clients that are nearest to `center` and at most `radius_m` from it, nearest first. Their
  /// lines are perhaps a little newer than what was asked about. Clients that are forgotten are nowhere.
  std::vector<Sighting> nearest(geo::Location center, double radius_m, std::size_t count_max) const;

  struct Within {
    std::vector<Sighting> clients;
    bool is_all = true;  ///< there are no more than these
  };

  /// Those in a box, at most `count_max` of them, in no particular order.
  Within within(const geo::Box& box, std::size_t count_max) const;

 private:
  void describe(geo::CellGrid::Id id, double distance_m, std::vector<Sighting>& out) const;

  const RecordStore& store_;
  std::vector<Follower> followers_;  // by partition
  geo::CellGrid grid_;               // of slot * partitions + partition
  std::vector<geo::CellGrid::Point> moved_;
  std::vector<geo::CellGrid::Id> gone_;
};

}  // namespace herd::store
