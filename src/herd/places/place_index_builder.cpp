#include "herd/places/place_index_builder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

#include "herd/base/bytes.h"
#include "herd/places/place_index.h"

namespace herd::places {
namespace {

using FloatPoint = std::array<float, 3>;

struct Box {
  FloatPoint least;
  FloatPoint greatest;

  Box() {
    least.fill(std::numeric_limits<float>::infinity());
    greatest.fill(-std::numeric_limits<float>::infinity());
  }
  void include(const Box& other) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      least[axis] = std::min(least[axis], other.least[axis]);
      greatest[axis] = std::max(greatest[axis], other.greatest[axis]);
    }
  }
  void include(const FloatPoint& point) {
    // A float is next to the exact value at best: one step outward makes sure that the box holds it.
    for (std::size_t axis = 0; axis < 3; ++axis) {
      least[axis] = std::min(least[axis], std::nextafter(point[axis], -2.0F));
      greatest[axis] = std::max(greatest[axis], std::nextafter(point[axis], 2.0F));
    }
  }
};

std::size_t widest_axis(std::span<const std::uint32_t> order, const std::vector<FloatPoint>& points) {
  Box box;
  for (const auto i : order) box.include(points[i]);
  FloatPoint width;
  for (std::size_t axis = 0; axis < 3; ++axis) width[axis] = box.greatest[axis] - box.least[axis];
  return static_cast<std::size_t>(std::ranges::max_element(width) - width.begin());
}

/// Halves `order` along its widest axis, and the halves, down to single leaves.
void arrange(std::span<std::uint32_t> order, const std::vector<FloatPoint>& points) {
  if (order.size() <= PlaceIndex::fanout) {
    std::ranges::sort(order);
    return;
  }
  const auto axis = widest_axis(order, points);
  // The left part is a power of two of leaves, so that each box of every level is one part of some halving.
  const auto left = std::bit_floor((order.size() - 1) / PlaceIndex::fanout) * PlaceIndex::fanout;
  std::ranges::nth_element(order, order.begin() + static_cast<std::ptrdiff_t>(left), [&](auto a, auto b) {
    return points[a][axis] != points[b][axis] ? points[a][axis] < points[b][axis] : a < b;
  });
  arrange(order.first(left), points);
  arrange(order.subspan(left), points);
}

void append_box(std::string& out, const Box& box) {
  for (const auto& corner : {box.least, box.greatest}) {
    for (const float value : corner) append_le(out, std::bit_cast<std::uint32_t>(value));
  }
}

}  // namespace

BuiltIndex build_index(std::span<const geo::Location> locations) {
  std::vector<FloatPoint> points;
  points.reserve(locations.size());
  BuiltIndex built;
  built.order.reserve(locations.size());
  for (const auto location : locations) {
    const auto point = unit_vector(location);
    built.order.push_back(static_cast<std::uint32_t>(points.size()));
    points.push_back({static_cast<float>(point[0]), static_cast<float>(point[1]), static_cast<float>(point[2])});
  }
  arrange(built.order, points);

  std::vector<Box> level(PlaceIndex::boxes_over(locations.size()));
  for (std::size_t i = 0; i < built.order.size(); ++i) level[i / PlaceIndex::fanout].include(points[built.order[i]]);
  while (!level.empty()) {
    for (const auto& box : level) append_box(built.boxes, box);
    std::vector<Box> above(level.size() == 1 ? 0 : PlaceIndex::boxes_over(level.size()));
    for (std::size_t i = 0; !above.empty() && i < level.size(); ++i) above[i / PlaceIndex::fanout].include(level[i]);
    level = std::move(above);
  }
  return built;
}

}  // namespace herd::places
