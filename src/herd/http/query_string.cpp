#include "herd/http/query_string.h"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace herd::http {
namespace {

constexpr std::size_t encoded_bytes = 3;  // %41

std::optional<std::string> decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      if (text.size() - i < encoded_bytes) return std::nullopt;
      unsigned char byte = 0;
      const auto* const digits = text.data() + i + 1;
      if (std::from_chars(digits, digits + 2, byte, 16).ptr != digits + 2) return std::nullopt;
      out += static_cast<char>(byte);
      i += encoded_bytes - 1;
    }
  }
  return out;
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text) {
  return decoded(text, false);
}

std::optional<std::string> query_decoded(std::string_view text) {
  return decoded(text, true);
}

std::optional<QueryField> take_query_field(std::string_view& query) {
  while (!query.empty()) {
    const auto field = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), field.size() + 1));
    if (field.empty()) continue;
    const auto equals = std::min(field.find('='), field.size());
    return QueryField{field.substr(0, equals), field.substr(std::min(field.size(), equals + 1))};
  }
  return std::nullopt;
}

}  // namespace herd::http
