#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace herd {

/// The one of `names` that is close to `wrong` (letters swapped, missing, added, wrong, or in the wrong case); null if
/// none is.
const std::string* nearest_name(std::string_view wrong, const std::vector<std::string>& names);

/// The end of a message about a name that is not among `names`: `did you mean "Riley"?` where one is close, else `known
/// are Riley, Jaquez, Juzang`.
std::string did_you_mean(std::string_view wrong, const std::vector<std::string>& names);

}  // namespace herd
