#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace herd::net {

/// A SHA-256 (FIPS 180-4).
using Sha256 = std::array<unsigned char, 32>;

/// Throws std::runtime_error if OpenSSL has no SHA-256 to offer.
Sha256 sha256(std::string_view bytes);

/// 64 lower-case hexadecimal digits.
std::string hex_of(const Sha256& hash);

/// What hex_of wrote, in either case; none for anything else.
std::optional<Sha256> parse_sha256(std::string_view hex);

}  // namespace herd::net
