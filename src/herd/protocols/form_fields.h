#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace herd::protocols {

/// One field of a query or a form, decoded: any bytes.
struct FormField {
  std::string name;
  std::string value;

  friend bool operator==(const FormField&, const FormField&) = default;
};

/// The fields of "id=phone&lat=1.5&note=a+b%21", an application/x-www-form-urlencoded text (WHATWG URL, section 5.1),
/// in their order; empty ones are left out, and those after the first `fields_max`. A percent sign without two digits
/// after it stands for itself.
std::vector<FormField> parse_form(std::string_view text, std::size_t fields_max);

/// The value of the first field of that name; empty if there is none.
std::string_view value_of(const std::vector<FormField>& fields, std::string_view name);

/// A part of a path: as in a query, but a plus is a plus.
std::string decode_percent(std::string_view text);

}  // namespace herd::protocols
