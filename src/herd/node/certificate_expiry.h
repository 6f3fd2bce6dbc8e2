#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace herd::node {

/// What the log says from 14 days before a certificate's end: "<file> expires on <day>, <what_then>". None: it is too
/// early. Times are POSIX seconds.
std::optional<std::string> expiry_warning(const std::filesystem::path& file, std::int64_t valid_until, std::int64_t now,
                                          std::string_view what_then);

}  // namespace herd::node
