#include "herd/live/subscription_area.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace herd::live {
namespace {

constexpr std::int64_t half_around = FlatPoint::around / 2;
constexpr std::int64_t half_pole_to_pole = FlatPoint::pole_to_pole / 2;

/// The least box around a circle, or a little more: a circle's most eastern point is nearer to the pole than its
/// centre.
FlatBox bounds_of(const protocols::LiveSubscription::Circle& circle) {
  constexpr double pi = std::numbers::pi;
  constexpr double e7_per_radian = 180 / pi * 1e7;
  constexpr double rounding_e7 = 4;
  const auto away = std::max(circle.radius_m, 0.0) / geo::earth_radius_m * (1 + 1e-9);
  const auto away_e7 = std::min(away, pi) * e7_per_radian + rounding_e7;
  const FlatPoint center(circle.center);
  const auto south = center.y - away_e7;
  const auto north = center.y + away_e7;
  FlatBox box{0, FlatPoint::around, static_cast<std::uint32_t>(std::max(south, 0.0)),
              static_cast<std::uint32_t>(std::min<double>(north, FlatPoint::pole_to_pole))};
  if (south <= 0 || north >= FlatPoint::pole_to_pole) return box;
  const auto sine = std::sin(away) / std::cos(circle.center.latitude() * pi / 180);
  // Within a metre or so of touching a pole the arc sine is worth nothing.
  if (!(sine < 1 - 1e-9)) return box;
  const auto east_e7 = static_cast<std::uint32_t>(std::asin(sine) * e7_per_radian * (1 + 1e-6) + rounding_e7);
  if (east_e7 >= FlatPoint::around / 2) return box;
  box.west = center.x >= east_e7 ? center.x - east_e7 : center.x + (FlatPoint::around - east_e7);
  box.width = 2 * east_e7;
  return box;
}

}  // namespace

FlatPoint::FlatPoint(geo::Location location)
    : x(static_cast<std::uint32_t>((location.longitude_e7 + half_around) % around)),
      y(static_cast<std::uint32_t>(location.latitude_e7 + half_pole_to_pole)) {}

SubscriptionArea::SubscriptionArea(const geo::Box& box) {
  const FlatPoint south_west(box.south_west);
  // From the longitudes, since the one x of 180 degrees west and east does not tell nothing from all around.
  const auto eastwards = std::int64_t{box.north_east.longitude_e7} - box.south_west.longitude_e7;
  bounds_ = {south_west.x, static_cast<std::uint32_t>(eastwards >= 0 ? eastwards : eastwards + FlatPoint::around),
             south_west.y, FlatPoint(box.north_east).y};
}

SubscriptionArea::SubscriptionArea(const protocols::LiveSubscription::Circle& circle)
    : bounds_(bounds_of(circle)), is_circle_(true), circle_(circle) {}

}  // namespace herd::live
