#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string_view>
#include <vector>

#include "herd/geo/location.h"

namespace herd::places {

/// Makes the boxes of a PlaceIndex while its places go by in their order, and keeps one open box per level.
class PlaceIndexBuilder {
 public:
  /// A box of `level`, the lowest being 0, is complete; those of one level come in their order.
  using OnBox = std::function<void(std::size_t level, std::string_view bytes)>;

  explicit PlaceIndexBuilder(OnBox on_box) : on_box_(std::move(on_box)) {}

  /// `types`: the set of the place's types, as docs/place-file.md has it.
  void add(geo::Location location, std::uint64_t types);

  /// There are no more places: completes the boxes that are open.
  void finish();

 private:
  struct Box {
    std::array<float, 3> least = filled(std::numeric_limits<float>::infinity());
    std::array<float, 3> greatest = filled(-std::numeric_limits<float>::infinity());
    std::uint64_t types = 0;

    static constexpr std::array<float, 3> filled(float value) { return {value, value, value}; }
    void include(const Box& other);
    void append_to(std::string& out) const;
  };
  struct Level {
    Box open;
    std::size_t inside = 0;     // of the open box
    std::uint64_t emitted = 0;  // boxes
  };

  void include(std::size_t level, const Box& box);
  void emit(std::size_t level);

  OnBox on_box_;
  std::vector<Level> levels_;
};

}  // namespace herd::places
