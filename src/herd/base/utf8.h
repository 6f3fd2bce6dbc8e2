#pragma once

#include <string>
#include <string_view>

namespace herd {

/// What stands for bytes that are no character.
inline constexpr char32_t replacement_character = U'\uFFFD';

/// Takes one character off the front of `text`, which is not empty. A byte that begins no well-formed UTF-8 sequence
/// (too long, a surrogate, above U+10FFFF, cut off) is taken alone, as U+FFFD.
char32_t take_character(std::string_view& text);

/// Appends `character` (a Unicode scalar value) as UTF-8.
void append_character(std::string& out, char32_t character);

/// True if the whole of `text` is well-formed UTF-8.
bool is_utf8(std::string_view text);

}  // namespace herd
