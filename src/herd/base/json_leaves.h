#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "herd/base/result.h"

namespace herd {

/// A value in a JSON text that is no object and no array.
struct JsonLeaf {
  enum class Kind : std::uint8_t { string, number, boolean, null };

  std::string_view path;  ///< the keys that lead to it, and places in arrays: "geometry.coordinates.0"
  Kind kind = Kind::null;
  std::string_view text;  ///< a string's characters (UTF-8), a number as it was written, "true", "false" or "null"
};

/// An object or array in a JSON text.
struct JsonBranch {
  std::string_view path;  ///< as of a leaf; empty: it is the text itself
  bool is_array = false;
};

/// Deeper is refused.
inline constexpr std::size_t json_depth_max = 16;

/// Calls `on_leaf` for every leaf of one JSON value (RFC 8259), and `on_branch`, unless it is empty, for every object
/// and array before what is in it, in their order; what they are given is valid during the call only. The error says
/// what is wrong and where; leaves before it were told. Empty text is an error.
Result<void> read_json(std::string_view text, const std::function<void(const JsonLeaf&)>& on_leaf,
                       const std::function<void(const JsonBranch&)>& on_branch = {});

}  // namespace herd
