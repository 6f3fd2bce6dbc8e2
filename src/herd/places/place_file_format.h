#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "herd/base/bytes.h"
#include "herd/places/place_index.h"

/// The numbers of docs/place-file.md that reading and writing share.
namespace herd::places::format {

inline constexpr std::string_view magic = "pxplaces";

// Where the fields of the head are.
inline constexpr std::size_t version_at = 8;
inline constexpr std::size_t head_bytes_at = 12;
inline constexpr std::size_t head_checksum_at = 16;
inline constexpr std::size_t file_bytes_at = 24;
inline constexpr std::size_t body_checksum_at = 32;
inline constexpr std::size_t place_count_at = 40;
inline constexpr std::size_t text_bytes_at = 48;
inline constexpr std::size_t source_count_at = 56;
inline constexpr std::size_t type_count_at = 60;
inline constexpr std::size_t kind_count_at = 64;
inline constexpr std::size_t tables_at = 72;

inline constexpr std::size_t alignment = 8;       // of the head and of the parts of the body
inline constexpr std::size_t kind_bytes = 2;      // per place
inline constexpr std::size_t leaf_bytes = 8;      // per leaf of places: where their texts begin
inline constexpr std::size_t types_in_set = 64;   // a set of types is a bit per type number modulo this
inline constexpr std::uint64_t status_count = 4;  // of BusinessStatus

constexpr std::uint64_t aligned(std::uint64_t bytes) {
  return (bytes + alignment - 1) / alignment * alignment;
}

/// Where the parts of the body begin, seen from the start of the file.
struct Layout {
  std::uint64_t boxes = 0;
  std::uint64_t locations = 0;
  std::uint64_t kinds = 0;
  std::uint64_t leaves = 0;
  std::uint64_t texts = 0;

  Layout() = default;
  Layout(std::uint64_t head_bytes, std::uint64_t places)
      : boxes(head_bytes),
        locations(boxes + PlaceIndex::box_count(places) * PlaceIndex::box_bytes),
        kinds(locations + places * PlaceIndex::location_bytes),
        leaves(kinds + aligned(places * kind_bytes)),
        texts(leaves + PlaceIndex::boxes_over(places) * leaf_bytes) {}
};

/// The little-endian integer at `bytes`.
template <class Integer>
Integer load(const char* bytes) {
  std::string_view view(bytes, sizeof(Integer));
  return *take_le<Integer>(view);
}

/// Appends seven bits a byte, the lowest first; the highest bit says that more follow (LEB128).
inline void append_varint(std::string& out, std::uint64_t number) {
  while (number >= 0x80) {
    out += static_cast<char>(number | 0x80U);
    number >>= 7U;
  }
  out += static_cast<char>(number);
}

/// Takes such a number off the front of `bytes`; none if it is cut off or has more than 32 bits.
inline std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
  std::uint64_t number = 0;
  for (unsigned shift = 0; shift < 35 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    number |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return number < (std::uint64_t{1} << 32U) ? std::optional(number) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace herd::places::format
