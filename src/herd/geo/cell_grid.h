#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "herd/geo/chunked_array.h"
#include "herd/geo/location.h"

namespace herd::geo {

/// All locations from the south-west corner to the north-east one, edges included. One whose west is east of its east
/// crosses the antimeridian.
struct Box {
  Location south_west;
  Location north_east;

  /// A location on the antimeridian is at both its longitudes.
  bool contains(Location location) const;
};

/// Numbered points on the Earth that move, and who is near whom.
///
/// The Earth is halved again and again, a cell across its longer side, until none holds more than 29 points. So cells
/// are small where points are many, and a question costs about the same in a city, at sea and beside a pole.
/// A point that stays in its cell is moved by writing its location; a cell that overflows is halved, two that are
/// nearly empty become one: no operation ever touches more than a few cells. Takes 24 to 30 bytes a point, its location
/// included.
///
/// Not safe for use by several threads at once, unless all of them only ask.
class CellGrid {
 public:
  /// Any number; memory goes with the greatest (4 bytes each), so they should be dense.
  using Id = std::uint32_t;

  struct Point {
    Id id = 0;
    Location location;
  };

  struct Neighbor {
    Id id = 0;
    Location location;
    double distance_m = 0;
  };

  /// Adds the point, or moves it.
  void update(Id id, Location location);

  /// The same for many, in this order; hides most of what waiting for memory costs.
  void update(std::span<const Point> points);

  /// Whether there was such a point.
  bool remove(Id id);

  std::optional<Location> find(Id id) const;

  std::size_t size() const { return size_; }

  /// Which points somebody wants, for a question that passes over the others.
  class Choice {
   public:
    /// `is_wanted` takes from `work_left`, at first `work_max`, what it did, and is not asked when nothing is left.
    Choice(std::function<bool(Id, std::size_t& work_left)> is_wanted, std::size_t work_max)
        : is_wanted_(std::move(is_wanted)), work_left_(work_max) {}

    /// Whether points were left out because there was no work left for them.
    bool is_cut_short() const { return is_cut_short_; }

   private:
    friend CellGrid;
    bool takes(Id id);

    std::function<bool(Id, std::size_t&)> is_wanted_;
    std::size_t work_left_;
    bool is_cut_short_ = false;
  };

  /// Replaces `out` by the at most `count_max` points that are nearest to `center` and at most `radius_m` from it, as
  /// geo::distance_m has it, nearest first, those equally far by id. With a choice, by the nearest of these; if it is
  /// cut short, it was spent on those about the centre. `let_go` is called when all was read: from then on the grid may
  /// change, while distances are computed and put in order, which takes most of the time.
  void nearest(
      Location center, double radius_m, std::size_t count_max, std::vector<Neighbor>& out, Choice* choice = nullptr,
      const std::function<void()>& let_go = [] {}) const;

  /// Replaces `out` by points in `box`, in no particular order, at most `count_max` of them. Whether these are all,
  /// with a choice: of these.
  bool within(const Box& box, std::size_t count_max, std::vector<Point>& out, Choice* choice = nullptr) const;

  /// What it holds of the heap.
  std::size_t bytes() const;

  /// Aborts if the structure contradicts itself. Looks at everything.
  void check() const;

 private:
  // The cells are the leaves of a binary tree. A node is a cell that is halved; a leaf is either empty or a bucket of
  // points. Only a cell that cannot be halved, a single location, may have several buckets, all full but the first.
  //
  // Invariant: the leaves under a node with two leaves hold more than `merge_max` points together.
  static constexpr unsigned slots = 29;
  static constexpr unsigned slot_bits = 5;
  static constexpr unsigned merge_max = slots / 2;
  static constexpr unsigned depth_max = 63;
  static constexpr std::uint32_t none = ~0U;

  /// A location as the halving sees it: units of 1e-7 degree eastwards from the antimeridian (which has two longitudes,
  /// but one key) in the upper half, northwards from the south pole in the lower one.
  using Key = std::uint64_t;
  static Key key_of(Location location);
  static std::uint32_t east_of(Key key) { return static_cast<std::uint32_t>(key >> 32U); }
  static std::uint32_t north_of(Key key) { return static_cast<std::uint32_t>(key); }

  /// A cell is all locations whose keys agree in the bits of a mask. Bit 31 is 0 in every key.
  static constexpr Key whole_earth = Key{1} << 31U;
  static constexpr Key single_location = ~Key{0};
  static unsigned bit_to_halve_by(Key key, Key mask);
  static unsigned half(Key key, unsigned bit) { return key >> bit & 1U; }

  /// Refers to a node, a bucket (with the top bit) or nothing (all bits).
  using Ref = std::uint32_t;
  static constexpr Ref bucket_flag = 1U << 31U;
  static bool is_node(Ref ref) { return (ref & bucket_flag) == 0; }
  static bool is_bucket(Ref ref) { return (ref & bucket_flag) != 0 && ref != none; }

  struct Node {
    std::array<Ref, 2> halves{none, none};
    std::uint32_t parent = none;
    std::uint8_t bit = 0;  // of the key, which is 0 in the first half and 1 in the other

    bool is_halved_by_longitude() const { return bit >= 32; }
  };

  struct alignas(64) Bucket {
    Key key = 0;  // of any location in the cell
    Key mask = 0;
    std::uint32_t parent = none;  // node
    std::uint32_t next = none;    // bucket of the same cell, or the next free one
    std::uint8_t count = 0;
    std::array<Id, slots> ids;
    std::array<Location, slots> locations;
  };

  /// Where a point is: its bucket and slot, from 1 on; 0 if it is nowhere.
  using Place = std::uint32_t;
  static Place place_of(Ref bucket, unsigned slot) { return (bucket << slot_bits | slot) + 1; }
  static Ref bucket_at(Place place) { return (place - 1) >> slot_bits | bucket_flag; }
  static unsigned slot_at(Place place) { return (place - 1) % (1U << slot_bits); }

  struct Cell;

  Bucket& bucket_of(Ref ref) { return buckets_[ref & ~bucket_flag]; }
  const Bucket& bucket_of(Ref ref) const { return buckets_[ref & ~bucket_flag]; }
  Ref& ref_to(std::uint32_t node);
  Ref& ref_to(const Bucket& bucket);
  void put(Ref bucket, Id id, Location location);
  void insert(Id id, Location location, std::uint32_t node, Key mask);
  Ref take(Ref bucket, unsigned slot);
  void settle(Ref bucket);
  void halve(Ref& cell);
  Ref join(Ref a, Ref b);
  unsigned count_in(Ref leaf) const;
  std::vector<Id> least_ids(const Bucket& first, std::size_t count_max, Choice* choice) const;
  std::uint32_t new_node(std::uint32_t parent, unsigned bit);
  Ref new_bucket(std::uint32_t parent, Key mask, Key key);
  void free_bucket(Ref bucket);
  std::size_t check_below(Ref ref, std::uint32_t parent, Key mask, Key corner) const;

  ChunkedArray<Place, 14> places_;
  ChunkedArray<Bucket, 7> buckets_;
  ChunkedArray<Node, 12> nodes_;
  Ref root_ = none;
  std::uint32_t buckets_made_ = 0;
  std::uint32_t nodes_made_ = 0;
  std::uint32_t free_bucket_ = none;
  std::uint32_t free_node_ = none;
  std::size_t size_ = 0;
};

}  // namespace herd::geo
