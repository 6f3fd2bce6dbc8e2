#include "herd/http/basic_login.h"

#include <algorithm>

#include "herd/base/text.h"

namespace herd::http {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr unsigned bits_per_character = 6;

/// RFC 4648 section 4; empty if it is anything else.
std::string decode_base64(std::string_view text) {
  text = text.substr(0, text.find_last_not_of('=') + 1);
  std::string out;
  unsigned bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    const auto value = alphabet.find(c);
    if (value == std::string_view::npos) return {};
    bits = ((bits << bits_per_character) | static_cast<unsigned>(value)) & 0xFFFFU;
    held += bits_per_character;
    if (held < 8) continue;
    held -= 8;
    out += static_cast<char>((bits >> held) & 0xFFU);
  }
  return out;
}

}  // namespace

std::string basic_login(std::string_view authorization) {
  const auto scheme = take_field(authorization);
  const auto is_same = [](char a, char b) { return (a | ' ') == b; };
  if (!std::ranges::equal(scheme, std::string_view("basic"), is_same)) return {};
  const auto login = decode_base64(trim(authorization));
  const auto colon = login.find(':');
  return colon == std::string::npos ? std::string() : login.substr(0, colon);
}

}  // namespace herd::http
