#include <algorithm>
#include <cmath>
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
  /// What being so far to the east or west adds to it, no farther from the equator than `latitude_e7`.
  double of_longitude(std::int64_t away_e7, std::int64_t latitude_e7) const {
    return cos_ * cos_at_least(2 * half(latitude_e7)) * square(sin_at_least(half(away_e7)));
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

  // Series of alternating signs, broken off after a negative term, are too small, never too great.
  static double sin_at_least(double x) { return x * (1 - x * x / 6); }
  static double cos_at_least(double x) {
    const auto x2 = x * x;
    return std::max(0.0, 1 - x2 / 2 * (1 - x2 / 12 * (1 - x2 / 30)));
  }

  Location center_;
  double cos_;
  double sin_;
};

std::int64_t eastwards(std::int64_t from, std::int64_t to) {
  return to >= from ? to - from : to - from + around_e7;
}

}  // namespace

/// A cell on the way down, its least corner and the greatest.
struct CellGrid::Cell {
  Ref ref = none;
  unsigned level = 0;
  std::int64_t x = 0;
  std::int64_t y = 0;
  std::int64_t x_max = around_e7 - 1;
  std::int64_t y_max = pole_to_pole_e7;

  bool is_halved_by_longitude() const { return level % 2 == 0; }

  Cell half(const Node& node, unsigned which) const {
    Cell cell = *this;
    cell.ref = node.halves[which];
    ++cell.level;
    if (is_halved_by_longitude()) {
      const auto middle = x + (std::int64_t{1} << (31 - level / 2));
      if (which == 0) {
        cell.x_max = std::min(x_max, middle - 1);
      } else {
        cell.x = middle;
      }
    } else {
      const auto middle = y + (std::int64_t{1} << (30 - level / 2));
      if (which == 0) {
        cell.y_max = std::min(y_max, middle - 1);
      } else {
        cell.y = middle;
      }
    }
    return cell;
  }

  std::int64_t north_or_south_of(Key center) const {
    return std::max({std::int64_t{0}, y - center.y, center.y - y_max});
  }
  std::int64_t east_or_west_of(Key center) const {
    if (x <= center.x && center.x <= x_max) return 0;
    return std::min(eastwards(center.x, x), eastwards(x_max, center.x));
  }
  std::int64_t from_equator_max() const {
    return std::max(std::abs(y - pole_to_pole_e7 / 2), std::abs(y_max - pole_to_pole_e7 / 2));
  }
};

namespace {

/// The least haversine that a point in a cell may have, in parts of which half a cell inherits one.
struct CellHaversine {
  double north = 0;
  double east = 0;
  double sum() const { return north + east; }
};

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

void CellGrid::nearest(Location center, double radius_m, std::size_t count_max, std::vector<Neighbor>& out) const {
  out.clear();
  if (count_max == 0 || !(radius_m >= 0)) return;
  const auto key = key_of(center);
  const Haversine haversine(center);
  Nearest nearest(center, radius_m, count_max, out);

  struct Pending {
    Cell cell;
    CellHaversine least;
  };
  // Depth first, the nearer half at once and the other when all nearer ones have been looked at: one a level waits.
  std::array<Pending, level_max + 1> pending;
  std::size_t pending_count = 1;
  pending[0].cell.ref = root_;
  while (pending_count != 0) {
    auto [cell, least] = pending[--pending_count];
    while (is_node(cell.ref) && least.sum() <= nearest.limit()) {
      std::array<Pending, 2> halves;
      for (const unsigned which : {0U, 1U}) {
        auto& half = halves[which];
        half.cell = cell.half(nodes_[cell.ref], which);
        half.least.north =
            cell.is_halved_by_longitude() ? least.north : Haversine::of_latitude(half.cell.north_or_south_of(key));
        half.least.east = haversine.of_longitude(half.cell.east_or_west_of(key), half.cell.from_equator_max());
      }
      const auto nearer = halves[0].least.sum() <= halves[1].least.sum() ? 0U : 1U;
      const auto& farther = halves[1 - nearer];
      if (farther.cell.ref != none && farther.least.sum() <= nearest.limit()) pending[pending_count++] = farther;
      cell = halves[nearer].cell;
      least = halves[nearer].least;
    }
    if (least.sum() > nearest.limit()) continue;
    for (auto ref = cell.ref; ref != none; ref = bucket_of(ref).next) {
      const auto& bucket = bucket_of(ref);
      for (unsigned i = 0; i < bucket.count; ++i) {
        const auto each = haversine.of(bucket.locations[i]);
        if (each <= nearest.limit()) nearest.add(bucket.ids[i], bucket.locations[i], each);
      }
      nearest.tidy();
    }
  }
  nearest.finish();
}

bool CellGrid::within(const Box& box, std::size_t count_max, std::vector<Point>& out) const {
  out.clear();
  const auto south_west = key_of(box.south_west);
  const auto north_east = key_of(box.north_east);
  const auto west_e7 = std::int64_t{box.south_west.longitude_e7};
  const auto east_e7 = std::int64_t{box.north_east.longitude_e7};
  const auto width = eastwards(west_e7, east_e7);
  const auto holds = [&](Key key) {
    return south_west.y <= key.y && key.y <= north_east.y && eastwards(south_west.x, key.x) <= width;
  };
  const auto touches = [&](const Cell& cell) {
    return cell.y <= north_east.y && south_west.y <= cell.y_max && cell.x <= cell.x_max &&
           (eastwards(south_west.x, cell.x) <= width || eastwards(cell.x, south_west.x) <= cell.x_max - cell.x);
  };

  std::array<Cell, level_max + 1> pending;
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
        if (out.size() == count_max) return false;
        out.push_back({bucket.ids[i], bucket.locations[i]});
      }
    }
  }
  return true;
}

}  // namespace herd::geo
