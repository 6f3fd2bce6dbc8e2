#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace herd::net {

/// The bytes of base64 (RFC 4648 section 4, padded); none if it is not that.
std::optional<std::string> decode_base64(std::string_view text);

/// base64url (RFC 4648 section 5) without padding.
std::string base64url(std::span<const unsigned char> bytes);

}  // namespace herd::net
