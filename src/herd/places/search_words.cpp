#include "herd/places/search_words.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "herd/base/utf8.h"

namespace herd::places {
namespace {

/// What U+00C0 to U+017F are folded to, a character each; '.' stays as it is.
constexpr std::string_view latin =
    "aaaaaa.ceeeeiiii"   // 00C0
    ".nooooo.ouuuuy.."   // 00D0
    "aaaaaa.ceeeeiiii"   // 00E0
    ".nooooo.ouuuuy.y"   // 00F0
    "aaaaaaccccccccdd"   // 0100
    "ddeeeeeeeeeegggg"   // 0110
    "gggghhhhiiiiiiii"   // 0120
    "ii..jjkk.lllllll"   // 0130
    "lllnnnnnnn..oooo"   // 0140
    "oo..rrrrrrssssss"   // 0150
    "ssttttttuuuuuuuu"   // 0160
    "uuuuwwyyyzzzzzzs";  // 0170
static_assert(latin.size() == 0x180 - 0xc0);

/// Letters without accents that the table leaves: their lower case.
constexpr char32_t lower_case(char32_t letter) {
  switch (letter) {
    case 0xc6:  // ae
    case 0xd0:  // eth
    case 0xde:  // thorn
      return letter + 0x20;
    case 0x132:  // ij
    case 0x14a:  // eng
    case 0x152:  // oe
      return letter + 1;
    default:
      return letter;
  }
}

constexpr char32_t folded(char32_t character) {
  if (character < 0x80) return character >= U'A' && character <= U'Z' ? character + 0x20 : character;
  if (character >= 0xc0 && character < 0x180) {
    const char base = latin[character - 0xc0];
    return base == '.' ? lower_case(character) : static_cast<char32_t>(base);
  }
  if (character >= 0x391 && character <= 0x3a9) return character + 0x20;  // Greek
  if (character >= 0x410 && character <= 0x42f) return character + 0x20;  // Cyrillic
  if (character >= 0x400 && character <= 0x40f) return character + 0x50;  // Cyrillic with marks
  return character;
}

bool is_between_words(char c) {
  return c == ' ' || c == '\t';
}

}  // namespace

void append_folded(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text.front());
    if (byte < 0x80) {
      out += static_cast<char>(folded(byte));
      text.remove_prefix(1);
    } else {
      append_character(out, folded(take_character(text)));
    }
  }
}

SearchWords::SearchWords(std::string_view keyword) {
  std::string text;
  append_folded(text, keyword);
  for (auto at = text.begin(); at != text.end();) {
    at = std::find_if_not(at, text.end(), is_between_words);
    const auto end = std::find_if(at, text.end(), is_between_words);
    if (at != end) words_.emplace_back(at, end);
    at = end;
  }
}

bool SearchWords::match(const PlaceView& place) const {
  // Newlines keep words from reaching over from one text to the next.
  std::string text;
  for (const auto part : {place.name, place.other_names, place.vicinity}) {
    append_folded(text, part);
    text += '\n';
  }
  // Of types the beginning of a word only: "cal" is after California, not after everything political.
  std::string types;
  for (const auto type : place.types) {
    types += '_';
    types += type;
  }
  return std::ranges::all_of(words_, [&](const std::string& word) {
    return text.find(word) != std::string::npos || types.find('_' + word) != std::string::npos;
  });
}

}  // namespace herd::places
