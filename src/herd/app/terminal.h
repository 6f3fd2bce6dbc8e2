#pragma once

#include <string_view>

namespace herd::app {

/// How a text stands out on a terminal. Each but `none` is a whole escape sequence.
namespace style {
inline constexpr std::string_view none;
inline constexpr std::string_view plain = "\x1b[0m";
inline constexpr std::string_view bold = "\x1b[1m";
inline constexpr std::string_view red = "\x1b[31m";
inline constexpr std::string_view green = "\x1b[32m";
inline constexpr std::string_view yellow = "\x1b[33m";
inline constexpr std::string_view blue = "\x1b[34m";
inline constexpr std::string_view magenta = "\x1b[35m";
inline constexpr std::string_view cyan = "\x1b[36m";
}  // namespace style

bool is_terminal(int file_descriptor);

/// Whether what is written there may be coloured: it is a terminal, and NO_COLOR is unset or empty.
bool shows_colour(int file_descriptor);

/// Columns of the terminal; 80 if it does not say.
unsigned terminal_columns(int file_descriptor);

}  // namespace herd::app
