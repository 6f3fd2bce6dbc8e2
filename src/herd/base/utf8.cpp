#include "herd/base/utf8.h"

#include <cstddef>

namespace herd {
namespace {

char32_t byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

/// Bytes of the well-formed sequence at the front of `text`, with its character; 0 if there is none.
std::size_t decode(std::string_view text, char32_t& character) {
  const char32_t lead = byte_at(text, 0);
  if (lead < 0x80) {
    character = lead;
    return 1;
  }
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  character = lead & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte_at(text, i) & 0xc0U) != 0x80) return 0;
    character = (character << 6U) | (byte_at(text, i) & 0x3fU);
  }
  const bool too_long = (length == 3 && character < 0x800) || (length == 4 && character < 0x10000);
  const bool surrogate = character >= 0xd800 && character <= 0xdfff;
  return too_long || surrogate || character > 0x10ffff ? 0 : length;
}

}  // namespace

char32_t take_character(std::string_view& text) {
  char32_t character = 0;
  const auto length = decode(text, character);
  text.remove_prefix(length == 0 ? 1 : length);
  return length == 0 ? replacement_character : character;
}

void append_character(std::string& out, char32_t character) {
  const auto append = [&](char32_t byte) { out += static_cast<char>(byte); };
  if (character < 0x80) {
    append(character);
    return;
  }
  if (character < 0x800) {
    append(0xc0U | (character >> 6U));
  } else {
    if (character < 0x10000) {
      append(0xe0U | (character >> 12U));
    } else {
      append(0xf0U | (character >> 18U));
      append(0x80U | ((character >> 12U) & 0x3fU));
    }
    append(0x80U | ((character >> 6U) & 0x3fU));
  }
  append(0x80U | (character & 0x3fU));
}

bool is_utf8(std::string_view text) {
  char32_t character = 0;
  while (!text.empty()) {
    const auto length = decode(text, character);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace herd
