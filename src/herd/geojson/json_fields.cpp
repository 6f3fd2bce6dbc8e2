#include "herd/geojson/json_fields.h"

#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <limits>

#include "herd/base/text.h"

namespace herd::geojson {

std::string_view text_at(const boost::json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

const boost::json::object* object_at(const boost::json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

std::uint64_t number_at(const boost::json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr) return 0;
  if (const auto* number = value->if_int64()) return *number < 0 ? 0 : static_cast<std::uint64_t>(*number);
  if (const auto* number = value->if_uint64()) return *number;
  if (!value->is_string()) return 0;
  return parse_whole(std::string_view(value->get_string()), std::numeric_limits<std::uint64_t>::max()).value_or(0);
}

void append_item(std::string& list, std::string_view separator, std::string_view text) {
  if (text.empty()) return;
  if (!list.empty()) list += separator;
  list += text;
}

}  // namespace herd::geojson
