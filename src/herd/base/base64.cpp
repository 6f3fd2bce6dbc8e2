#include "herd/base/base64.h"

#include <algorithm>

namespace herd {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr unsigned bits_per_digit = 6;
constexpr unsigned digit_mask = 63;

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  std::string bytes;
  unsigned bits = 0;
  unsigned held = 0;  // of them, not yet in bytes
  for (const char c : text) {
    const auto digit = alphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = (bits << bits_per_digit) | static_cast<unsigned>(digit);
    held += bits_per_digit;
    if (held < 8) continue;
    held -= 8;
    bytes += static_cast<char>((bits >> held) & 0xFFU);
  }
  return bytes;
}

std::string base64(std::span<const unsigned char> bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto group = bytes.subspan(i, std::min<std::size_t>(3, bytes.size() - i));
    unsigned bits = 0;
    for (std::size_t k = 0; k < 3; ++k) bits = (bits << 8U) | (k < group.size() ? group[k] : 0U);
    for (std::size_t k = 0; k < 4; ++k) {
      text += k <= group.size() ? alphabet[(bits >> (bits_per_digit * (3 - k))) & digit_mask] : '=';
    }
  }
  return text;
}

std::string base64url(std::span<const unsigned char> bytes) {
  auto text = base64(bytes);
  text.resize(text.find_last_not_of('=') + 1);
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

}  // namespace herd
