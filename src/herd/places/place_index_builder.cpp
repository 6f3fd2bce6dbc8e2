#include "herd/places/place_index_builder.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>

#include "herd/base/bytes.h"
#include "herd/places/place_index.h"

namespace herd::places {

void PlaceIndexBuilder::Box::include(const Box& other) {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    least[axis] = std::min(least[axis], other.least[axis]);
    greatest[axis] = std::max(greatest[axis], other.greatest[axis]);
  }
  types |= other.types;
}

void PlaceIndexBuilder::Box::append_to(std::string& out) const {
  for (const auto& corner : {least, greatest}) {
    for (const float value : corner) append_le(out, std::bit_cast<std::uint32_t>(value));
  }
  append_le(out, types);
}

void PlaceIndexBuilder::add(geo::Location location, std::uint64_t types) {
  Box point;
  const auto exact = unit_vector(location);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    // A float is next to the exact value at best: one step outward makes sure that the box holds it.
    const auto value = static_cast<float>(exact[axis]);
    point.least[axis] = std::nextafter(value, -2.0F);
    point.greatest[axis] = std::nextafter(value, 2.0F);
  }
  point.types = types;
  include(0, point);
}

void PlaceIndexBuilder::include(std::size_t level, const Box& box) {
  if (level == levels_.size()) levels_.emplace_back();
  levels_[level].open.include(box);
  if (++levels_[level].inside == PlaceIndex::fanout) emit(level);
}

void PlaceIndexBuilder::emit(std::size_t level) {
  const auto box = levels_[level].open;
  std::string bytes;
  box.append_to(bytes);
  on_box_(level, bytes);
  levels_[level] = {{}, 0, levels_[level].emitted + 1};
  include(level + 1, box);
}

void PlaceIndexBuilder::finish() {
  // The box over a level of one box is never wanted: that level is the highest.
  for (std::size_t level = 0; level < levels_.size() && (level == 0 || levels_[level - 1].emitted > 1); ++level) {
    if (levels_[level].inside != 0) emit(level);
  }
}

}  // namespace herd::places
