#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <cmath>
#include <functional>
#include <numbers>

#include "herd/geo/cell_grid.h"

namespace herd::geo {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double diameter_m = 2 * earth_radius_m;
constexpr double radians_per_e7 = pi / 180 * 1e-7;
constexpr std::int64_t around_e7 = 3'600'000'000;
constexpr std::int64_t pole_to_pole_e7 = 1'800'000'000;

/// Distances of points from one centre, in a measure that is cheaper than metres and in the same order: the haversine,
/// which is the square of half the chord, on a sphere of radius 1.
class Haversine {
 public:
  explicit Haversine(Location center)
      : center_(center),
        cos_(std::cos(center.latitude_e7 * radians_per_e7)),
        sin_(std::sin(center.latitude_e7 * radians_per_e7)) {}

  /// Right to some 1e-12 of itself, but for what the rounding of 90 degrees costs beside a pole, less than 1e-8 m.
  double of(Location location) const {
    const auto north = half_angle(std::int64_t{location.latitude_e7} - center_.latitude_e7);
    const auto east = half_angle(shortest(std::int64_t{location.longitude_e7} - center_.longitude_e7));
    // cos(a + b), from half of b
    const auto cos_latitude = cos_ * (1 - 2 * north.sin * north.sin) - sin_ * 2 * north.sin * north.cos;
    return north.sin * north.sin + cos_ * cos_latitude * east.sin * east.sin;
  }

  /// The least haversine of a point between two parallels, so far away, in units of 1e-7 degree.
  static double of_latitude(std::int64_t away_e7) { return square(sin_at_least(half(away_e7))); }
  /// What being so far to the east or west adds to it, no nearer to a pole than `from_pole_e7`.
  double of_longitude(std::int64_t away_e7, std::int64_t from_pole_e7) const {
    return cos_ * long_sin_at_least(2 * half(from_pole_e7)) * square(sin_at_least(half(away_e7)));
  }

  /// The least haversine of a point so far to the east or west, on any parallel: it lies behind a meridian, or, beyond
  /// 90 degrees, behind the pole. The way there has the sine cos_ * sin(away), and (1 - cos x) / 2 >= sin(x)^2 / 4.
  double of_meridian(std::int64_t away_e7) const {
    return square(cos_ * long_sin_at_least(2 * half(std::min(away_e7, around_e7 / 4)))) / 4;
  }

  /// What is at most `distance_m` away, by geo::distance_m, is at most that far by this measure. A micrometre and a
  /// billionth are far more than the rounding of either.
  static double limit_for(double distance_m) { return limit(std::sin(std::min(distance_m / diameter_m, pi / 2))); }
  /// The same for what is no farther than something of this haversine.
  static double limit_around(double haversine) { return limit(std::sqrt(haversine)); }

 private:
  struct HalfAngle {
    double sin;
    double cos;
  };

  static double square(double x) { return x * x; }
  static double half(std::int64_t angle_e7) { return static_cast<double>(angle_e7) * (radians_per_e7 / 2); }
  static double limit(double half_chord) { return square(half_chord * (1 + 1e-9) + 1e-6 / diameter_m); }

  static std::int64_t shortest(std::int64_t east_e7) {
    return east_e7 > around_e7 / 2 ? east_e7 - around_e7 : east_e7 < -around_e7 / 2 ? east_e7 + around_e7 : east_e7;
  }

  static HalfAngle half_angle(std::int64_t angle_e7) {
    const auto x = half(angle_e7);
    if (std::abs(x) > 0.05) return {std::sin(x), std::cos(x)};
    // Taylor's series, of which the next term would be less than 1e-16 of the sum.
    const auto x2 = x * x;
    return {x * (1 - x2 / 6 * (1 - x2 / 20 * (1 - x2 / 42))),
            1 - x2 / 2 * (1 - x2 / 12 * (1 - x2 / 30 * (1 - x2 / 56)))};
  }

  // The sine's series has alternating signs: broken off after a negative term it is too small, never too great. The
  // short one is enough where little is left out for small angles, the long one is good to 0.02 % at 90 degrees.
  static double sin_at_least(double x) { return x * (1 - x * x / 6); }
  static double long_sin_at_least(double x) {
    const auto x2 = x * x;
    return x * (1 - x2 / 6 * (1 - x2 / 20 * (1 - x2 / 42)));
  }

  Location center_;
  double cos_;
  double sin_;
};

std::int64_t eastwards(std::int64_t from, std::int64_t to) {
  return to >= from ? to - from : to - from + around_e7;
}

}  // namespace

bool Box::contains(Location location) const {
  const auto [latitude, longitude] = location;
  if (latitude < south_west.latitude_e7 || latitude > north_east.latitude_e7) return false;
  const auto width = eastwards(south_west.longitude_e7, north_east.longitude_e7);
  const auto is_inside = [&](std::int32_t east) { return eastwards(south_west.longitude_e7, east) <= width; };
  return is_inside(longitude) || (std::abs(longitude) == around_e7 / 2 && is_inside(-longitude));
}

/// A cell on the way down: its least corner, from the antimeridian and the south pole, and the greatest.
struct CellGrid::Cell {
  Ref ref = none;
  std::int64_t x = 0;
  std::int64_t y = 0;
  std::int64_t x_max = around_e7 - 1;
  std::int64_t y_max = pole_to_pole_e7;

  Cell half(const Node& node, unsigned which) const {
    Cell cell = *this;
    cell.ref = node.halves[which];
    const auto middle =
        node.is_halved_by_longitude() ? x + (std::int64_t{1} << (node.bit - 32)) : y + (std::int64_t{1} << node.bit);
    if (which == 0) {
      auto& max = node.is_halved_by_longitude() ? cell.x_max : cell.y_max;
      max = std::min(max, middle - 1);
    } else {
      (node.is_halved_by_longitude() ? cell.x : cell.y) = middle;
    }
    return cell;
  }

  /// No point in the cell is nearer to the centre than this.
  double least(const Haversine& haversine, Key center) const {
    const auto center_x = std::int64_t{east_of(center)};
    const auto center_y = std::int64_t{north_of(center)};
    const auto north_or_south = std::max({std::int64_t{0}, y - center_y, center_y - y_max});
    const bool is_beside = center_x < x || center_x > x_max;
    const auto east_or_west = is_beside ? std::min(eastwards(center_x, x), eastwards(x_max, center_x)) : 0;
    const auto from_pole = std::min(y, pole_to_pole_e7 - y_max);
    const auto sum = Haversine::of_latitude(north_or_south) + haversine.of_longitude(east_or_west, from_pole);
    // Where meridians come together the sum says little.
    const bool reaches_to_pole = from_pole < std::min(center_y, pole_to_pole_e7 - center_y) / 2;
    return reaches_to_pole ? std::max(sum, haversine.of_meridian(east_or_west)) : sum;
  }
};

namespace {

/// Collects what is nearest so far.
class Nearest {
 public:
  Nearest(Location center, double radius_m, std::size_t count_max, std::vector<CellGrid::Neighbor>& out)
      : center_(center),
        radius_m_(radius_m),
        count_max_(count_max),
        limit_(Haversine::limit_for(radius_m)),
        out_(out) {}

  /// What has a greater haversine is not among the nearest.
  double limit() const { return limit_; }

  void add(CellGrid::Id id, Location location, double haversine) {
    out_.push_back({id, location, haversine});
    if (best_.size() == count_max_) {
      if (haversine >= best_.front()) return;
      std::ranges::pop_heap(best_);
      best_.back() = haversine;
    } else {
      best_.push_back(haversine);
    }
    std::ranges::push_heap(best_);
    if (best_.size() == count_max_) limit_ = std::min(limit_, Haversine::limit_around(best_.front()));
  }

  /// Keeps memory in bounds when many are equally far.
  void tidy() {
    if (out_.size() / 4 < count_max_ + 256) return;
    finish();
    for (auto& each : out_) each.distance_m = 0;  // as a haversine, whatever the limit will be
  }

  /// Leaves the nearest of all that were added, with their distances.
  void finish() {
    std::erase_if(out_, [&](const auto& each) { return each.distance_m > limit_; });
    const CellGrid::Neighbor* last = nullptr;
    for (auto& each : out_) {
      each.distance_m =
          last != nullptr && last->location == each.location ? last->distance_m : distance_m(center_, each.location);
      last = &each;
    }
    std::erase_if(out_, [&](const auto& each) { return each.distance_m > radius_m_; });
    const auto by_distance = [](const auto& a, const auto& b) {
      return a.distance_m < b.distance_m || (a.distance_m == b.distance_m && a.id < b.id);
    };
    if (out_.size() > count_max_) {
      std::ranges::nth_element(out_, out_.begin() + static_cast<std::ptrdiff_t>(count_max_), by_distance);
      out_.resize(count_max_);
    }
    std::ranges::sort(out_, by_distance);
  }

 private:
  Location center_;
  double radius_m_;
  std::size_t count_max_;
  double limit_;
  std::vector<double> best_;  // heap of the least haversines, at most count_max_
  std::vector<CellGrid::Neighbor>& out_;
};

}  // namespace

bool CellGrid::Choice::takes(Id id) {
  is_cut_short_ = work_left_ == 0;
  return !is_cut_short_ && is_wanted_(id, work_left_);
}

void CellGrid::nearest(Location center, double radius_m, std::size_t count_max, std::vector<Neighbor>& out,
                       Choice* choice, const std::function<void()>& let_go) const {
  out.clear();
  if (count_max == 0 || !(radius_m >= 0)) return let_go();
  const auto key = key_of(center);
  const Haversine haversine(center);
  Nearest nearest(center, radius_m, count_max, out);

  struct Pending {
    Cell cell;
    double least = 0;
  };
  // The nearer half at once. The other one waits: without a choice until all halves below the first were looked at,
  // which is least work and lets one of each depth wait; with a choice until it is the nearest of those that wait, so
  // that work is spent from the centre outwards.
  boost::container::small_vector<Pending, depth_max + 1> pending;
  const auto wait = [&](const Pending& each) {
    pending.push_back(each);
    if (choice != nullptr) std::ranges::push_heap(pending, std::ranges::greater(), &Pending::least);
  };
  wait({{.ref = root_}, 0});
  bool holds_center = true;  // so far
  while (!pending.empty()) {
    if (choice != nullptr) std::ranges::pop_heap(pending, std::ranges::greater(), &Pending::least);
    auto [cell, least] = pending.back();
    pending.pop_back();
    while (is_node(cell.ref) && least <= nearest.limit()) {
      const auto& node = nodes_[cell.ref];
      const auto look_at = [&](unsigned which) {
        const auto half = cell.half(node, which);
        return Pending{half, half.least(haversine, key)};
      };
      const auto here = half(key, node.bit);
      auto nearer = holds_center ? Pending{cell.half(node, here), 0} : look_at(here);
      auto farther = look_at(1 - here);
      if (farther.least < nearer.least) std::swap(nearer, farther);
      if (farther.cell.ref != none && farther.least <= nearest.limit()) wait(farther);
      cell = nearer.cell;
      least = nearer.least;
    }
    holds_center = false;
    if (cell.ref == none || least > nearest.limit()) continue;
    const auto& bucket = bucket_of(cell.ref);
    if (bucket.next != none) {
      const auto location = bucket.locations[0];
      const auto each = haversine.of(location);
      if (each > nearest.limit()) continue;
      for (const auto id : least_ids(bucket, count_max, choice)) nearest.add(id, location, each);
    } else {
      for (unsigned i = 0; i < bucket.count; ++i) {
        const auto each = haversine.of(bucket.locations[i]);
        if (each > nearest.limit() || (choice != nullptr && !choice->takes(bucket.ids[i]))) continue;
        nearest.add(bucket.ids[i], bucket.locations[i], each);
      }
      nearest.tidy();
    }
    if (choice != nullptr && choice->is_cut_short()) break;
  }
  let_go();
  nearest.finish();
}

/// Of a cell with several buckets, all of whose points are equally far from anywhere.
std::vector<CellGrid::Id> CellGrid::least_ids(const Bucket& first, std::size_t count_max, Choice* choice) const {
  std::vector<Id> least;  // heap
  for (const auto* bucket = &first;; bucket = &bucket_of(bucket->next)) {
    for (const auto id : std::span(bucket->ids).first(bucket->count)) {
      const bool is_full = least.size() == count_max;
      if (is_full && id > least.front()) continue;
      if (choice != nullptr && !choice->takes(id)) {
        if (choice->is_cut_short()) return least;
        continue;
      }
      if (is_full) {
        std::ranges::pop_heap(least);
        least.pop_back();
      }
      least.push_back(id);
      std::ranges::push_heap(least);
    }
    if (bucket->next == none) return least;
  }
}

bool CellGrid::within(const Box& box, std::size_t count_max, std::vector<Point>& out, Choice* choice) const {
  out.clear();
  const auto south = std::int64_t{north_of(key_of(box.south_west))};
  const auto north = std::int64_t{north_of(key_of(box.north_east))};
  const auto west = std::int64_t{east_of(key_of(box.south_west))};
  // From the longitudes, since the keys of 180 degrees west and east do not tell nothing from all around.
  const auto width = eastwards(box.south_west.longitude_e7, box.north_east.longitude_e7);
  const auto holds = [&](Key key) {
    return south <= north_of(key) && north_of(key) <= north && eastwards(west, east_of(key)) <= width;
  };
  const auto touches = [&](const Cell& cell) {
    return cell.y <= north && south <= cell.y_max && cell.x <= cell.x_max &&
           (eastwards(west, cell.x) <= width || eastwards(cell.x, west) <= cell.x_max - cell.x);
  };

  std::array<Cell, depth_max + 1> pending;
  std::size_t pending_count = 1;
  pending[0].ref = root_;
  while (pending_count != 0) {
    const auto cell = pending[--pending_count];
    if (cell.ref == none || !touches(cell)) continue;
    if (is_node(cell.ref)) {
      for (const unsigned which : {0U, 1U}) pending[pending_count++] = cell.half(nodes_[cell.ref], which);
      continue;
    }
    for (auto ref = cell.ref; ref != none; ref = bucket_of(ref).next) {
      const auto& bucket = bucket_of(ref);
      for (unsigned i = 0; i < bucket.count; ++i) {
        if (!holds(key_of(bucket.locations[i]))) continue;
        if (choice != nullptr && !choice->takes(bucket.ids[i])) {
          if (choice->is_cut_short()) return false;
          continue;
        }
        if (out.size() == count_max) return false;
        out.push_back({bucket.ids[i], bucket.locations[i]});
      }
    }
  }
  return true;
}

}  // namespace herd::geo
