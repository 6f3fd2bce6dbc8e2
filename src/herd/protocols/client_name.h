#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "herd/protocols/herd.h"

namespace herd::protocols {

/// A client may be named by any bytes, which encode_client() makes the herd's id of, or by its id as the herd tells it.
/// Where a name has a % these are two ids.

/// What stands in encode_client()'s ids for the % that makes them ambiguous.
inline constexpr std::string_view encoded_percent = "%25";

/// The id that is meant instead of `encoded`, which encode_client() made of a name: the name itself, if the herd has a
/// client of that id and none of `encoded`. Rights are to be looked at for the id that is meant.
std::optional<std::string> client_as_told(const Herd& herd, std::string_view encoded);

/// Appends to `clients` the ids of whom somebody may mean who says `name` and waits for them: one, or both. None if
/// neither could be an id of the herd.
void append_meant(std::vector<std::string>& clients, std::string_view name);

}  // namespace herd::protocols
