#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace herd {

/// The six white-space bytes of the line protocol, and no others: space, tab, CR, LF, FF, VT.
constexpr bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Whether there is nothing in `text` but ASCII letters, digits and what is in `others`.
bool is_plain(std::string_view text, std::string_view others);

/// Of the ASCII letters; other bytes stay.
constexpr char lower_case(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
/// Whether two texts are the same but for the case of ASCII letters.
bool equal_ignoring_case(std::string_view one, std::string_view other);

/// `text` without leading and trailing white space.
std::string_view trim(std::string_view text);

/// Takes the next field off the front of `text`, with the white space before it; empty when there is none.
std::string_view take_field(std::string_view& text);

/// Takes the digits at the front of `text`; empty when there are none.
constexpr std::string_view take_digits(std::string_view& text) {
  std::size_t end = 0;
  while (end < text.size() && is_digit(text[end])) ++end;
  const auto digits = text.substr(0, end);
  text.remove_prefix(end);
  return digits;
}

/// A whole number in decimal digits only, no sign; none if it is not that or is above `max`.
std::optional<std::uint64_t> parse_whole(std::string_view text, std::uint64_t max);

/// A decimal number, perhaps with an exponent, and nothing else; also "nan" and "inf".
std::optional<double> parse_number(std::string_view text);

void append_number(std::string& out, std::int64_t number);
void append_number(std::string& out, std::uint64_t number);

/// "1 thread", "2 threads"
std::string counted(std::uint64_t count, std::string_view what);

/// Appends at most `bytes_max` bytes of `bytes` for a log or a terminal: control bytes and bytes above 0x7e as \xNN,
/// a backslash doubled, "..." where it was cut. The result is one line.
void append_printable(std::string& out, std::string_view bytes, std::size_t bytes_max);

/// The same of at most 100 bytes, between quotes: what somebody said, for a message to them.
std::string in_quotes(std::string_view bytes);

}  // namespace herd
