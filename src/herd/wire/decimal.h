#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace herd::wire {

/// A plain number may have so many digits, those that its exponent makes included.
inline constexpr std::size_t decimal_digits_max = 60;

/// Appends a number as JSON (RFC 8259) or a query has it, "-118.445127" or "5.0E-5", as ISO 6709 wants it: always with
/// a sign, never with an exponent, with the digits that were written: "-118.445127", "+0.000050". False, and nothing
/// appended, if it is no number or has too many digits. A plus sign, and digits missing on one side of the dot, are
/// accepted.
bool append_signed_decimal(std::string& out, std::string_view number);

}  // namespace herd::wire
