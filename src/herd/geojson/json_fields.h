#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace herd::geojson {

/// The string at `key`, which stays valid as long as `object`; empty if there is none.
std::string_view text_at(const boost::json::object& object, std::string_view key);

/// The object at `key`; null if there is none.
const boost::json::object* object_at(const boost::json::object& object, std::string_view key);

/// The whole number at `key`, as a number or as text; 0 if there is none.
std::uint64_t number_at(const boost::json::object& object, std::string_view key);

/// Appends `text` to the items of `list`, with `separator` in between, unless it is empty.
void append_item(std::string& list, std::string_view separator, std::string_view text);

}  // namespace herd::geojson
