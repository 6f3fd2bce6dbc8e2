#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace herd::http {

/// One field of a query or a form, decoded: any bytes.
struct FormField {
  std::string name;
  std::string value;

  friend bool operator==(const FormField&, const FormField&) = default;
};

/// The fields of "id=phone&lat=1.5&note=a+b%21", an application/x-www-form-urlencoded text (WHATWG URL, section 5.1),
/// in their order; empty ones are left out, and those after the first `fields_max`. A name or value with a percent sign
/// that encodes nothing is taken as it was sent.
std::vector<FormField> parse_form(std::string_view text, std::size_t fields_max);

/// The value of the first field of that name; empty if there is none.
std::string_view value_of(const std::vector<FormField>& fields, std::string_view name);

}  // namespace herd::http
