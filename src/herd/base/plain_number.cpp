#include "herd/base/plain_number.h"

#include <array>
#include <charconv>
#include <string_view>

namespace herd {

void append_plain(std::string& out, double number, int fraction_digits_max) {
  std::array<char, 400> digits;  // the largest double has 309 before the dot
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), number, std::chars_format::fixed, fraction_digits_max)
          .ptr;
  std::string_view text(digits.data(), end);
  if (text.find('.') != std::string_view::npos) {
    text = text.substr(0, text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.remove_suffix(1);
  }
  out += text == "-0" ? "0" : text;
}

}  // namespace herd
