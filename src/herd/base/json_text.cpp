#include "herd/base/json_text.h"

#include <algorithm>

#include "herd/base/utf8.h"

namespace herd {
namespace {

bool stands_for_itself(char c) {
  return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  static constexpr std::string_view hex = "0123456789abcdef";
  out += '"';
  for (;;) {
    const auto plain = static_cast<std::size_t>(std::ranges::find_if_not(text, stands_for_itself) - text.begin());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const auto character = take_character(text);
    if (character == '"' || character == '\\') {
      out += '\\';
      out += static_cast<char>(character);
    } else if (character == '\n') {
      out += "\\n";
    } else if (character < 0x20 || character == 0x7f) {
      out += "\\u00";
      out += hex[character >> 4U];
      out += hex[character & 15U];
    } else {
      append_character(out, character);
    }
  }
  out += '"';
}

}  // namespace herd
