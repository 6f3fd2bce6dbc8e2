#include "herd/http/form_fields.h"

#include <algorithm>

#include "herd/http/query_string.h"

namespace herd::http {
namespace {

std::string decoded(std::string_view text) {
  auto out = query_decoded(text);
  return out ? *std::move(out) : std::string(text);
}

}  // namespace

std::vector<FormField> parse_form(std::string_view text, std::size_t fields_max) {
  std::vector<FormField> fields;
  while (fields.size() < fields_max) {
    const auto field = take_query_field(text);
    if (!field) break;
    fields.push_back({decoded(field->name), decoded(field->value)});
  }
  return fields;
}

std::string_view value_of(const std::vector<FormField>& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &FormField::name);
  return found == fields.end() ? std::string_view() : found->value;
}

}  // namespace herd::http
