#include "herd/base/text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>

#include "herd/base/digits.h"

namespace herd {

bool is_plain(std::string_view text, std::string_view others) {
  return std::ranges::all_of(text, [others](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || others.find(c) != std::string_view::npos;
  });
}

bool equal_ignoring_case(std::string_view one, std::string_view other) {
  return std::ranges::equal(one, other, {}, lower_case, lower_case);
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view take_field(std::string_view& text) {
  const auto* begin = text.data();
  const auto* const last = begin + text.size();
  while (begin != last && is_space(*begin)) ++begin;
  const auto* end = begin;
  for (;;) {
    const auto bytes = first_eight({end, last});
    // The top bit of bytes up to a space, white or not, and none below the first of them.
    const auto spaces = (bytes - eight_times(' ' + 1)) & ~bytes & eight_times(0x80);
    if (spaces == 0) {
      end += 8;
      continue;
    }
    end += std::countr_zero(spaces) / 8;
    if (end == last || is_space(*end)) break;
    ++end;
  }
  text = {end, last};
  return {begin, end};
}

std::optional<std::uint64_t> parse_whole(std::string_view text, std::uint64_t max) {
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number > max) return std::nullopt;
  return number;
}

std::optional<double> parse_number(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

namespace {

template <class Integer>
void append_integer(std::string& out, Integer number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

}  // namespace

void append_number(std::string& out, std::int64_t number) {
  append_integer(out, number);
}

void append_number(std::string& out, std::uint64_t number) {
  append_integer(out, number);
}

std::string counted(std::uint64_t count, std::string_view what) {
  return std::to_string(count) + ' ' + std::string(what) + (count == 1 ? "" : "s");
}

void append_printable(std::string& out, std::string_view bytes, std::size_t bytes_max) {
  static constexpr std::string_view hex = "0123456789abcdef";
  for (const char c : bytes.substr(0, bytes_max)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\') {
      out += "\\\\";
    } else if (byte < 0x20 || byte > 0x7e) {
      out += "\\x";
      out += hex[byte >> 4U];
      out += hex[byte & 15U];
    } else {
      out += c;
    }
  }
  if (bytes.size() > bytes_max) out += "...";
}

std::string in_quotes(std::string_view bytes) {
  constexpr std::size_t bytes_max = 100;
  std::string out = "\"";
  append_printable(out, bytes, bytes_max);
  return out + '"';
}

}  // namespace herd
