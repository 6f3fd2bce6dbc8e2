#include "herd/wire/decimal.h"

#include "herd/base/text.h"

namespace herd::wire {
namespace {

constexpr std::uint64_t exponent_max = decimal_digits_max;

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

bool append_signed_decimal(std::string& out, std::string_view number) {
  const bool negative = take(number, '-');
  if (!negative) take(number, '+');
  const auto whole = take_digits(number);
  const auto fraction = take(number, '.') ? take_digits(number) : std::string_view();
  if (whole.empty() && fraction.empty()) return false;
  std::size_t exponent = 0;
  bool is_shrunk = false;
  if (take(number, 'e') || take(number, 'E')) {
    is_shrunk = take(number, '-');
    if (!is_shrunk) take(number, '+');
    const auto parsed = parse_whole(number, exponent_max);
    if (!parsed) return false;
    exponent = *parsed;
    number = {};
  }
  if (!number.empty() || whole.size() + fraction.size() + exponent > decimal_digits_max) return false;

  // The digits, and how many of them are before the dot, with zeros where the exponent leads beyond them.
  std::string digits(whole);
  digits += fraction;
  auto before_dot = whole.size();
  if (is_shrunk) {
    if (exponent >= before_dot) digits.insert(0, exponent - before_dot + 1, '0');
    before_dot = exponent >= before_dot ? 1 : before_dot - exponent;
  } else {
    before_dot += exponent;
    if (digits.size() < before_dot) digits.append(before_dot - digits.size(), '0');
  }
  if (before_dot == 0) {
    digits.insert(0, 1, '0');
    before_dot = 1;
  }
  out += negative ? '-' : '+';
  out.append(digits, 0, before_dot);
  if (digits.size() > before_dot) (out += '.').append(digits, before_dot);
  return true;
}

}  // namespace herd::wire
