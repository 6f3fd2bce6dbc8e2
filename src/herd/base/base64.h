#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace herd {

/// The bytes of base64 (RFC 4648 section 4, padded); none if it is not that.
std::optional<std::string> decode_base64(std::string_view text);

/// base64 with padding.
std::string base64(std::span<const unsigned char> bytes);

/// base64url (RFC 4648 section 5) without padding.
std::string base64url(std::span<const unsigned char> bytes);

}  // namespace herd
