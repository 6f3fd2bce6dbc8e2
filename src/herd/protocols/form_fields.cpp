#include "herd/protocols/form_fields.h"

#include <algorithm>
#include <charconv>

namespace herd::protocols {
namespace {

std::string decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    const auto* const digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() && std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

}  // namespace

std::vector<FormField> parse_form(std::string_view text, std::size_t fields_max) {
  std::vector<FormField> fields;
  while (!text.empty() && fields.size() < fields_max) {
    const auto end = std::min(text.find('&'), text.size());
    const auto field = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (field.empty()) continue;
    const auto equals = std::min(field.find('='), field.size());
    fields.push_back({decode(field.substr(0, equals), true),
                      equals == field.size() ? std::string() : decode(field.substr(equals + 1), true)});
  }
  return fields;
}

std::string_view value_of(const std::vector<FormField>& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &FormField::name);
  return found == fields.end() ? std::string_view() : found->value;
}

std::string decode_percent(std::string_view text) {
  return decode(text, false);
}

}  // namespace herd::protocols
