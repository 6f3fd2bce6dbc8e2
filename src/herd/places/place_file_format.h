#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "herd/base/bytes.h"

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
inline constexpr std::size_t kind_count_at = 60;
inline constexpr std::size_t tables_at = 64;

inline constexpr std::size_t head_alignment = 8;
inline constexpr std::size_t text_offset_bytes = 8;
inline constexpr std::size_t text_head_bytes = 10;  // kind, source, lengths of name, place id and vicinity

/// The little-endian integer at `bytes`.
template <class Integer>
Integer load(const char* bytes) {
  std::string_view view(bytes, sizeof(Integer));
  return *take_le<Integer>(view);
}

}  // namespace herd::places::format
