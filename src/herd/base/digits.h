#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "herd/base/text.h"

// Numbers in decimal digits, eight digits at a time: the eight bytes are one 64-bit number, the first byte its lowest,
// and every step works on all of them at once.
namespace herd {

/// `byte` eight times.
constexpr std::uint64_t eight_times(std::uint8_t byte) {
  return 0x0101'0101'0101'0101U * byte;
}

/// The first `Count` bytes of what `bytes` points to, the first one lowest.
template <std::size_t Count>
constexpr std::uint64_t load_bytes(const char* bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < Count; ++i) number |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  return number;
}

/// Stores eight bytes, the lowest first, and gives their end.
constexpr char* store_bytes(char* bytes, std::uint64_t number) {
  for (std::size_t i = 0; i < 8; ++i) *bytes++ = static_cast<char>(number >> (8 * i));
  return bytes;
}

/// The first eight bytes of `text`, with zeros for those that it has not.
constexpr std::uint64_t first_eight(std::string_view text) {
  const auto* bytes = text.data();
  const auto size = text.size();
  if (size >= 8) return load_bytes<8>(bytes);
  // Two loads that overlap, and agree where they do.
  if (size >= 4) return load_bytes<4>(bytes) | load_bytes<4>(bytes + size - 4) << (8 * (size - 4));
  if (size >= 2) return load_bytes<2>(bytes) | load_bytes<2>(bytes + size - 2) << (8 * (size - 2));
  return size == 1 ? load_bytes<1>(bytes) : 0;
}

/// The digits at the front of a text, eight at most, and their value.
struct LeadingDigits {
  std::uint32_t value = 0;
  std::size_t count = 0;
};

constexpr LeadingDigits leading_digits(std::string_view text) {
  auto digits = first_eight(text) ^ eight_times('0');  // 0 to 9 where there is a digit
  // The top bit of each byte that is 10 or more; the other bits of a byte cannot carry into the next one.
  const auto others = (((digits & eight_times(0x7f)) + eight_times(0x80 - 10)) | digits) & eight_times(0x80);
  const auto count = static_cast<std::size_t>(std::countr_zero(others)) / 8;
  if (count == 0) return {};
  digits <<= 8 * (8 - count);  // as if there were zeros before them
  // Two neighbours make one number, in every second byte; two of these in every fourth; and these two.
  digits = digits * (1 + (10U << 8U)) >> 8;
  digits = (digits & 0x00ff'00ff'00ff'00ff) * (1 + (100U << 16U)) >> 16;
  digits = (digits & 0x0000'ffff'0000'ffff) * (1 + (10'000ULL << 32U)) >> 32;
  return {static_cast<std::uint32_t>(digits), count};
}

inline constexpr std::array<std::uint32_t, 10> powers_of_ten{
    1, 10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000, 1'000'000'000};

/// What digits say, and how many they are: 0 if there are none.
struct Number {
  std::uint64_t value = 0;
  std::size_t digits = 0;
};

/// Takes all digits off the front of `text`. None if they make more than `max`, which may be 10^11; then some are left.
[[gnu::always_inline]] constexpr std::optional<Number> take_number(std::string_view& text, std::uint64_t max) {
  Number number;
  for (;;) {
    const auto [value, count] = leading_digits(text);
    number.value = number.value * powers_of_ten[count] + value;
    number.digits += count;
    if (number.value > max) return std::nullopt;
    text.remove_prefix(count);
    if (count < 8) return number;
  }
}

/// Takes all digits off the front of `text`, which come after a dot: the value is that of the first `Counted` of them,
/// with zeros after them if they are fewer.
template <std::size_t Counted>
[[gnu::always_inline]] inline Number take_fraction(std::string_view& text) {
  static_assert(Counted >= 7 && Counted <= 9);
  const auto [value, count] = leading_digits(text);
  text.remove_prefix(count);
  Number number{value, count};
  if (count <= Counted) {
    number.value *= powers_of_ten[Counted - count];
  } else {
    number.value /= powers_of_ten[1];
  }
  if (count < 8) return number;
  if (Counted == 9 && !text.empty() && is_digit(text.front())) {
    number.value += static_cast<std::uint64_t>(text.front() - '0');
  }
  number.digits += take_digits(text).size();
  return number;
}

/// A number below 10^8 as eight digits, the first one in the lowest byte.
constexpr std::uint64_t eight_digits(std::uint32_t number) {
  // Halves of four digits, then pairs, then single ones, each in its place; n * 10486 >> 20 is n / 100 for n < 10^4,
  // and n * 103 >> 10 is n / 10 for n < 100.
  std::uint64_t digits = number / 10'000 + (std::uint64_t{number % 10'000} << 32);
  const auto hundreds = digits * 10'486 >> 20 & 0x0000'007f'0000'007f;
  digits = hundreds + ((digits - hundreds * 100) << 16);
  const auto tens = digits * 103 >> 10 & 0x000f'000f'000f'000f;
  digits = tens + ((digits - tens * 10) << 8);
  return digits | eight_times('0');
}

}  // namespace herd
