#include "herd/places/place_index.h"

#include <algorithm>
#include <bit>
#include <boost/container/small_vector.hpp>
#include <cassert>
#include <cmath>
#include <functional>
#include <numbers>

#include "herd/places/place_file_format.h"

namespace herd::places {
namespace {

constexpr std::size_t types_at = 24;  // in a box
constexpr double radians_per_degree = std::numbers::pi / 180;

/// No place within `distance_m` has a greater squared chord. The slack, that of a chord of 6 m, is far above all
/// rounding here and in geo::distance_m.
double chord_squared_max(double distance_m) {
  constexpr double slack = 1e-12;
  const double sine = std::sin(std::min(distance_m / geo::earth_radius_m, std::numbers::pi) / 2);
  return 4 * sine * sine + slack;
}

float load_float(const char* bytes) {
  return std::bit_cast<float>(format::load<std::uint32_t>(bytes));
}

/// The squared chord from `point` to the nearest point of a box.
double chord_squared(const std::array<double, 3>& point, const char* box) {
  double sum = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double below = static_cast<double>(load_float(box + 4 * axis)) - point[axis];
    const double above = point[axis] - static_cast<double>(load_float(box + 12 + 4 * axis));
    const double gap = std::max({below, above, 0.0});
    sum += gap * gap;
  }
  return sum;
}

/// Tells most places that are too far with a few multiplications; what it does not tell is measured.
class DistanceBound {
 public:
  explicit DistanceBound(geo::Location center)
      : center_(center),
        sine_(std::abs(std::sin(center.latitude() * radians_per_degree))),
        cosine_(std::cos(center.latitude() * radians_per_degree)) {}

  void set_reach(double chord_squared) { reach_ = chord_squared; }

  bool is_beyond(geo::Location place) const {
    // The haversine formula with a lower bound for each of its parts: sin x >= x - x^3/6, and the cosine of the
    // latitude falls no faster than its slope here and half its square.
    const double dlat = std::abs(place.latitude() - center_.latitude()) * radians_per_degree;
    const double degrees = std::abs(place.longitude() - center_.longitude());
    const double dlon = std::min(degrees, 360 - degrees) * radians_per_degree;
    const double cosine = std::max(0.0, cosine_ - sine_ * dlat - dlat * dlat / 2);
    const auto sine_of_half = [](double angle) { return angle / 2 - angle * angle * angle / 48; };
    const double north = sine_of_half(dlat);
    const double east = sine_of_half(dlon);
    return 4 * (north * north + cosine_ * cosine * east * east) > reach_;
  }

 private:
  geo::Location center_;
  double sine_;
  double cosine_;
  double reach_ = 0;
};

/// A box that is being looked at: no place in it is nearer than `bound`, a squared chord.
struct Candidate {
  double bound = 0;
  std::size_t level = 0;
  std::uint64_t box = 0;
};

}  // namespace

std::array<double, 3> unit_vector(geo::Location location) {
  const double latitude = location.latitude() * radians_per_degree;
  const double longitude = location.longitude() * radians_per_degree;
  return {std::cos(latitude) * std::cos(longitude), std::cos(latitude) * std::sin(longitude), std::sin(latitude)};
}

std::uint64_t PlaceIndex::box_count(std::uint64_t places) {
  std::uint64_t sum = 0;
  for (auto level = places == 0 ? 0 : boxes_over(places); level != 0; level = level == 1 ? 0 : boxes_over(level)) {
    sum += level;
  }
  return sum;
}

PlaceIndex::PlaceIndex(const char* boxes, const char* locations, std::uint64_t places)
    : boxes_(boxes), locations_(locations), places_(places) {
  Level level{0, boxes_over(places)};
  while (level.size != 0) {
    levels_[level_count_++] = level;
    level = {level.begin + level.size, level.size == 1 ? 0 : boxes_over(level.size)};
  }
}

geo::Location PlaceIndex::location(std::uint64_t number) const {
  assert(number < places_);
  const char* bytes = locations_ + number * location_bytes;
  return {format::load<std::int32_t>(bytes), format::load<std::int32_t>(bytes + 4)};
}

std::vector<Nearest> PlaceIndex::nearest(geo::Location center, double radius_m, std::size_t limit,
                                         const PlaceFilter& filter) const {
  std::vector<Nearest> best;  // a heap, the worst on top
  if (places_ == 0 || limit == 0 || !(radius_m >= 0)) return best;

  const auto point = unit_vector(center);
  double reach = chord_squared_max(radius_m);
  DistanceBound place_bound(center);
  place_bound.set_reach(reach);
  boost::container::small_vector<Candidate, 128> queue;  // a heap, the nearest on top
  const auto look_at = [&](std::size_t level, std::uint64_t box) {
    const char* const bytes = boxes_ + (levels_[level].begin + box) * box_bytes;
    if (filter.types != 0 && (format::load<std::uint64_t>(bytes + types_at) & filter.types) == 0) return;
    const double bound = chord_squared(point, bytes);
    if (bound > reach) return;
    queue.push_back({bound, level, box});
    std::ranges::push_heap(queue, std::greater{}, &Candidate::bound);
  };
  const auto found = [&](Nearest place) {
    if (best.size() == limit && best.front() < place) return;
    if (filter.accepts && !filter.accepts(place.number)) return;
    if (best.size() == limit) {
      std::ranges::pop_heap(best);
      best.pop_back();
    }
    best.push_back(place);
    std::ranges::push_heap(best);
    if (best.size() < limit) return;
    reach = chord_squared_max(best.front().distance_m);
    place_bound.set_reach(reach);
  };

  look_at(level_count_ - 1, 0);
  while (!queue.empty() && queue.front().bound <= reach) {
    std::ranges::pop_heap(queue, std::greater{}, &Candidate::bound);
    const auto [bound, level, box] = queue.back();
    queue.pop_back();
    const auto below = level == 0 ? places_ : levels_[level - 1].size;
    for (auto child = box * fanout; child < std::min(below, (box + 1) * fanout); ++child) {
      if (level != 0) {
        look_at(level - 1, child);
        continue;
      }
      const auto place = location(child);
      if (place_bound.is_beyond(place)) continue;
      if (const double distance = geo::distance_m(center, place); distance <= radius_m) found({distance, child});
    }
  }
  std::ranges::sort_heap(best);
  return best;
}

}  // namespace herd::places
