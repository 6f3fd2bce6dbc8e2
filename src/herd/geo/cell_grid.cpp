#include "herd/geo/cell_grid.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <numbers>

namespace herd::geo {

CellGrid::Key CellGrid::key_of(Location location) {
  const auto east = std::int64_t{location.longitude_e7} + 1'800'000'000;
  const auto north = std::int64_t{location.latitude_e7} + 900'000'000;
  return static_cast<Key>(east == 3'600'000'000 ? 0 : east) << 32U | static_cast<Key>(north);
}

/// The first bit that does not tell the cell's longer side yet.
unsigned CellGrid::bit_to_halve_by(Key key, Key mask) {
  const auto width = std::int64_t{east_of(~mask)} + 1;
  const auto height = std::int64_t{north_of(~mask)} + 1;
  const auto south = std::int64_t{north_of(key & mask)} - 900'000'000;
  const auto widest = std::clamp(std::int64_t{0}, south, south + height - 1);  // as near to the equator as it reaches
  const auto cos_widest = std::cos(static_cast<double>(widest) * 1e-7 * std::numbers::pi / 180);
  const bool is_by_longitude =
      height == 1 || (width > 1 && static_cast<double>(width) * cos_widest >= static_cast<double>(height));
  return (is_by_longitude ? 63U : 31U) -
         static_cast<unsigned>(std::countl_one(is_by_longitude ? east_of(mask) : north_of(mask)));
}

void CellGrid::update(Id id, Location location) {
  const Place place = places_.make(id);
  if (place == 0) {
    insert(id, location, none, whole_earth);
    ++size_;
    return;
  }
  const Ref ref = bucket_at(place);
  auto& bucket = bucket_of(ref);
  const auto differs = key_of(location) ^ bucket.key;
  if ((differs & bucket.mask) == 0) {
    bucket.locations[slot_at(place)] = location;
    return;
  }
  // The bits of a node are those of its halves but for the one that tells these apart.
  auto node = bucket.parent;
  auto mask = bucket.mask & ~(Key{1} << nodes_[node].bit);
  while ((differs & mask) != 0) {
    node = nodes_[node].parent;
    mask &= ~(Key{1} << nodes_[node].bit);
  }
  const Ref left = take(ref, slot_at(place));
  insert(id, location, node, mask);
  settle(left);
}

void CellGrid::update(std::span<const Point> points) {
  constexpr std::size_t ahead = 8;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (i + 2 * ahead < points.size()) __builtin_prefetch(places_.find(points[i + 2 * ahead].id));
    if (i + ahead < points.size()) {
      const auto* place = places_.find(points[i + ahead].id);
      if (place != nullptr && *place != 0) {
        const auto& bucket = bucket_of(bucket_at(*place));
        __builtin_prefetch(&bucket);
        __builtin_prefetch(&bucket.locations[slot_at(*place)], 1);
      }
    }
    update(points[i].id, points[i].location);
  }
}

bool CellGrid::remove(Id id) {
  auto* place = places_.find(id);
  if (place == nullptr || *place == 0) return false;
  const Ref left = take(bucket_at(*place), slot_at(*place));
  *place = 0;
  --size_;
  settle(left);
  return true;
}

std::optional<Location> CellGrid::find(Id id) const {
  const auto* place = places_.find(id);
  if (place == nullptr || *place == 0) return std::nullopt;
  return bucket_of(bucket_at(*place)).locations[slot_at(*place)];
}

std::size_t CellGrid::bytes() const {
  return places_.bytes() + buckets_.bytes() + nodes_.bytes();
}

void CellGrid::put(Ref ref, Id id, Location location) {
  auto& bucket = bucket_of(ref);
  bucket.ids[bucket.count] = id;
  bucket.locations[bucket.count] = location;
  places_[id] = place_of(ref, bucket.count);
  ++bucket.count;
}

/// Goes down from `node`, whose cell has this mask and holds the location, or from the whole Earth if it is none.
void CellGrid::insert(Id id, Location location, std::uint32_t node, Key mask) {
  const auto key = key_of(location);
  auto* cell = &root_;
  if (node != none) {
    cell = &nodes_[node].halves[half(key, nodes_[node].bit)];
    mask |= Key{1} << nodes_[node].bit;
  }
  for (;;) {
    if (*cell == none) *cell = new_bucket(node, mask, key);
    if (is_bucket(*cell)) {
      if (bucket_of(*cell).count < slots) break;
      if (mask == single_location) {
        const Ref first = new_bucket(node, mask, key);
        bucket_of(first).next = *cell;
        *cell = first;
        break;
      }
      halve(*cell);
    }
    node = *cell;
    cell = &nodes_[node].halves[half(key, nodes_[node].bit)];
    mask |= Key{1} << nodes_[node].bit;
  }
  put(*cell, id, location);
}

/// Turns a full bucket into a node with its halves, of which one may be empty.
void CellGrid::halve(Ref& cell) {
  const Ref kept = cell;
  auto& bucket = bucket_of(kept);
  const auto bit = bit_to_halve_by(bucket.key, bucket.mask);
  const auto node = new_node(bucket.parent, bit);
  cell = node;
  bucket.parent = node;
  bucket.key = key_of(bucket.locations[0]);
  bucket.mask |= Key{1} << bit;
  auto& halves = nodes_[node].halves;
  halves[half(bucket.key, bit)] = kept;

  const auto count = bucket.count;
  bucket.count = 0;
  for (unsigned i = 0; i < count; ++i) {
    const auto key = key_of(bucket.locations[i]);
    auto& into = halves[half(key, bit)];
    if (into == none) into = new_bucket(node, bucket.mask, key);
    if (into == kept && bucket.count == i) {
      ++bucket.count;  // it stays where it is
    } else {
      put(into, bucket.ids[i], bucket.locations[i]);
    }
  }
}

/// Empties a slot; gives the bucket that has become smaller, which may be another of the same cell, and may be empty.
CellGrid::Ref CellGrid::take(Ref ref, unsigned slot) {
  auto& bucket = bucket_of(ref);
  const Ref first_ref = bucket.mask == single_location ? ref_to(bucket) : ref;
  auto& first = bucket_of(first_ref);
  --first.count;
  if (ref != first_ref || slot != first.count) {
    bucket.ids[slot] = first.ids[first.count];
    bucket.locations[slot] = first.locations[first.count];
    places_[bucket.ids[slot]] = place_of(ref, slot);
  }
  return first_ref;
}

/// Restores the invariant after points were taken from the bucket.
void CellGrid::settle(Ref ref) {
  auto& bucket = bucket_of(ref);
  if (bucket.count > merge_max) return;
  auto node = bucket.parent;
  if (bucket.count == 0) {
    ref_to(bucket) = bucket.next;
    free_bucket(ref);
  }
  while (node != none) {
    const auto [a, b] = nodes_[node].halves;
    if (is_node(a) || is_node(b) || count_in(a) + count_in(b) > merge_max) return;
    const auto parent = nodes_[node].parent;
    const Ref joined = join(a, b);
    ref_to(node) = joined;
    if (joined != none) {
      bucket_of(joined).parent = parent;
      bucket_of(joined).mask &= ~(Key{1} << nodes_[node].bit);
    }
    nodes_[node].parent = free_node_;
    free_node_ = node;
    node = parent;
  }
}

/// Puts the points of both leaves into one of them.
CellGrid::Ref CellGrid::join(Ref a, Ref b) {
  if (a == none || b == none) return a == none ? b : a;
  if (bucket_of(a).count < bucket_of(b).count) std::swap(a, b);
  const auto& from = bucket_of(b);
  for (unsigned i = 0; i < from.count; ++i) put(a, from.ids[i], from.locations[i]);
  free_bucket(b);
  return a;
}

/// As far as joining is concerned: a cell with several buckets is too full whatever it holds.
unsigned CellGrid::count_in(Ref leaf) const {
  if (leaf == none) return 0;
  const auto& bucket = bucket_of(leaf);
  return bucket.next == none ? bucket.count : slots;
}

CellGrid::Ref& CellGrid::ref_to(std::uint32_t node) {
  const auto parent = nodes_[node].parent;
  if (parent == none) return root_;
  auto& halves = nodes_[parent].halves;
  return halves[halves[0] == node ? 0 : 1];
}

/// What refers to the cell of the bucket: to the first of its buckets.
CellGrid::Ref& CellGrid::ref_to(const Bucket& bucket) {
  if (bucket.parent == none) return root_;
  return nodes_[bucket.parent].halves[half(bucket.key, nodes_[bucket.parent].bit)];
}

std::uint32_t CellGrid::new_node(std::uint32_t parent, unsigned bit) {
  auto node = free_node_;
  if (node == none) {
    node = nodes_made_++;
    nodes_.make(node);
  } else {
    free_node_ = nodes_[node].parent;
  }
  nodes_[node] = {{none, none}, parent, static_cast<std::uint8_t>(bit)};
  return node;
}

CellGrid::Ref CellGrid::new_bucket(std::uint32_t parent, Key mask, Key key) {
  auto ref = free_bucket_;
  if (ref == none) {
    ref = bucket_flag | buckets_made_++;
    buckets_.make(ref & ~bucket_flag);
  } else {
    free_bucket_ = bucket_of(ref).next;
  }
  auto& bucket = bucket_of(ref);
  bucket.key = key;
  bucket.parent = parent;
  bucket.next = none;
  bucket.mask = mask;
  bucket.count = 0;
  return ref;
}

void CellGrid::free_bucket(Ref ref) {
  bucket_of(ref).next = free_bucket_;
  free_bucket_ = ref;
}

void CellGrid::check() const {
  assert(check_below(root_, none, whole_earth, 0) == size_);
}

/// Checks the cell with this mask that holds `corner`; gives how many points are in it.
std::size_t CellGrid::check_below(Ref ref, std::uint32_t parent, Key mask, Key corner) const {
  std::size_t count = 0;
  if (is_node(ref)) {
    const auto& node = nodes_[ref];
    const auto bit = Key{1} << node.bit;
    assert(node.parent == parent && (mask & bit) == 0);
    const auto [a, b] = node.halves;
    assert(is_node(a) || is_node(b) || count_in(a) + count_in(b) > merge_max);
    return check_below(a, ref, mask | bit, corner) + check_below(b, ref, mask | bit, corner | bit);
  }
  for (bool is_first = true; ref != none; is_first = false) {
    const auto& bucket = bucket_of(ref);
    assert(bucket.parent == parent && bucket.mask == mask && ((bucket.key ^ corner) & mask) == 0);
    assert(bucket.count > 0 && bucket.count <= slots && (is_first || bucket.count == slots));
    assert(bucket.next == none || mask == single_location);
    for (unsigned i = 0; i < bucket.count; ++i) {
      assert(((key_of(bucket.locations[i]) ^ corner) & mask) == 0);
      assert(places_[bucket.ids[i]] == place_of(ref, i));
    }
    count += bucket.count;
    ref = bucket.next;
  }
  return count;
}

}  // namespace herd::geo
