#pragma once

#include <cstdint>

#include "herd/geo/cell_grid.h"
#include "herd/geo/location.h"
#include "herd/protocols/live_subscription.h"

namespace herd::live {

/// A location on the Earth laid flat, in units of 1e-7 degree.
struct FlatPoint {
  std::uint32_t x = 0;  ///< eastwards from the antimeridian, which has two longitudes, but one x: less than `around`
  std::uint32_t y = 0;  ///< northwards from the south pole

  static constexpr std::uint32_t around = 3'600'000'000;
  static constexpr std::uint32_t pole_to_pole = 1'800'000'000;

  explicit FlatPoint(geo::Location location);
};

/// All points from a western edge eastwards and from a southern edge northwards, edges included. May cross the
/// antimeridian.
struct FlatBox {
  std::uint32_t west = 0;
  std::uint32_t width = 0;  ///< `around` at the most
  std::uint32_t south = 0;
  std::uint32_t north = 0;

  bool contains(FlatPoint point) const {
    const auto east = point.x >= west ? point.x - west : point.x + (FlatPoint::around - west);
    return south <= point.y && point.y <= north && east <= width;
  }

  friend bool operator==(const FlatBox&, const FlatBox&) = default;
};

/// A part of the Earth that somebody watches. Holds what geo::CellGrid would find in the box, or around the centre.
class SubscriptionArea {
 public:
  explicit SubscriptionArea(const geo::Box& box);
  explicit SubscriptionArea(const protocols::LiveSubscription::Circle& circle);

  bool contains(geo::Location location) const {
    return bounds_.contains(FlatPoint(location)) &&
           (!is_circle_ || geo::distance_m(circle_.center, location) <= circle_.radius_m);
  }

  /// Holds the whole area.
  const FlatBox& bounds() const { return bounds_; }

 private:
  FlatBox bounds_;
  bool is_circle_ = false;
  protocols::LiveSubscription::Circle circle_;
};

}  // namespace herd::live
