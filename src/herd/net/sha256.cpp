#include "herd/net/sha256.h"

#include <memory>
#include <stdexcept>

#include "herd/net/openssl_handles.h"

namespace herd::net {
namespace {

using OpensslDigest = std::unique_ptr<EVP_MD, OpensslFree<EVP_MD_free>>;
using OpensslDigestContext = std::unique_ptr<EVP_MD_CTX, OpensslFree<EVP_MD_CTX_free>>;

std::optional<unsigned char> digit_of(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned char>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned char>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned char>(c - 'A' + 10);
  return std::nullopt;
}

}  // namespace

Sha256 sha256(std::string_view bytes) {
  // Fetched once: OpenSSL 3 would look for it by name on each call, which takes longer than the hash of a token.
  static const OpensslDigest digest(EVP_MD_fetch(nullptr, "SHA2-256", nullptr));
  thread_local const OpensslDigestContext context(EVP_MD_CTX_new());
  Sha256 hash;
  if (digest == nullptr || context == nullptr || EVP_DigestInit_ex2(context.get(), digest.get(), nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), hash.data(), nullptr) != 1) {
    throw std::runtime_error("no SHA-256: " + take_openssl_reason());
  }
  return hash;
}

std::string hex_of(const Sha256& hash) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(2 * hash.size());
  for (const auto byte : hash) {
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
  return out;
}

std::optional<Sha256> parse_sha256(std::string_view hex) {
  Sha256 hash;
  if (hex.size() != 2 * hash.size()) return std::nullopt;
  for (std::size_t i = 0; i < hash.size(); ++i) {
    const auto high = digit_of(hex[2 * i]);
    const auto low = digit_of(hex[2 * i + 1]);
    if (!high || !low) return std::nullopt;
    hash[i] = static_cast<unsigned char>((*high << 4U) | *low);
  }
  return hash;
}

}  // namespace herd::net
