#pragma once

#include <string>
#include <string_view>

namespace herd {

/// Appends `text` as a JSON string, with its quotes. What is no UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

}  // namespace herd
