#pragma once

#include <string>

namespace herd {

/// Appends a finite number rounded to so many digits after the dot, without an exponent, zeros at the end or a dot that
/// nothing follows: 15, -0.25. Zero has no sign.
void append_plain(std::string& out, double number, int fraction_digits_max);

}  // namespace herd
