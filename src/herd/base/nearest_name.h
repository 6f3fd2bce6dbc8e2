#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace herd {

/// The end of a message about a name that is not among `names`: `did you mean "Riley"?` where one is close (letters
/// swapped, missing, added, wrong, or in the wrong case), else `known are Riley, Jaquez, Juzang`.
std::string did_you_mean(std::string_view wrong, const std::vector<std::string>& names);

}  // namespace herd
