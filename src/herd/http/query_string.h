#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace herd::http {

/// What a percent-encoded text (RFC 3986 section 2.1) stands for; any bytes. None if a % is not followed by two
/// hexadecimal digits.
std::optional<std::string> percent_decoded(std::string_view text);

/// The same in a query, where a plus sign stands for a space.
std::optional<std::string> query_decoded(std::string_view text);

/// `name=value` of a query, both as they were sent.
struct QueryField {
  std::string_view name;
  std::string_view value;
};

/// Takes the next of `a=1&b=2` off the front of `query`; none when there is none. Empty ones are passed over.
std::optional<QueryField> take_query_field(std::string_view& query);

}  // namespace herd::http
