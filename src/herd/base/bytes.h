#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace herd {

/// Appends integers in little-endian order.
template <std::integral... T>
void append_le(std::string& out, T... numbers) {
  std::array<char, (sizeof(T) + ...)> bytes;
  auto* at = bytes.data();
  const auto put = [&at](auto number) {
    const auto bits = static_cast<std::make_unsigned_t<decltype(number)>>(number);
    for (std::size_t i = 0; i < sizeof(bits); ++i) *at++ = static_cast<char>(bits >> (8 * i));
  };
  (put(numbers), ...);
  out.append(bytes.data(), bytes.size());
}

/// Overwrites the integer that append_le wrote at `offset`.
template <std::integral T>
void overwrite_le(std::string& out, std::size_t offset, T number) {
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    out[offset + i] = static_cast<char>(static_cast<std::make_unsigned_t<T>>(number) >> (8 * i));
  }
}

/// Takes a little-endian integer off the front of `bytes`; none if they are too few.
template <std::integral T>
std::optional<T> take_le(std::string_view& bytes) {
  if (bytes.size() < sizeof(T)) return std::nullopt;
  std::make_unsigned_t<T> number = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    number |= static_cast<std::make_unsigned_t<T>>(
        static_cast<std::make_unsigned_t<T>>(static_cast<unsigned char>(bytes[i])) << (8 * i));
  }
  bytes.remove_prefix(sizeof(T));
  return static_cast<T>(number);
}

/// Takes `count` bytes off the front of `bytes`; none if they are too few.
inline std::optional<std::string_view> take_bytes(std::string_view& bytes, std::size_t count) {
  if (bytes.size() < count) return std::nullopt;
  const auto taken = bytes.substr(0, count);
  bytes.remove_prefix(count);
  return taken;
}

}  // namespace herd
