#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include "herd/base/result.h"
#include "herd/net/certificate.h"

struct ssl_ctx_st;  // OpenSSL's

namespace herd::net {

/// What a client is told that speaks plainly to a line port of TLS.
inline constexpr std::string_view speaks_tls_line = "? this port speaks TLS";

/// With what a server proves its name to clients on one of its ports, and what it demands of them: TLS 1.2 or later.
class ClientTls {
 public:
  enum class Protocol : std::uint8_t {
    line,
    http  ///< clients may ask by ALPN for http/1.1, and for nothing else
  };

  struct Files {
    std::filesystem::path certificate;  ///< PEM, the server's first, then those up to the CA that clients know
    std::filesystem::path key;          ///< PEM without passphrase, for nobody else to read
    /// PEM: clients must show a certificate of one of these CAs. Nobody resumes a session then, so that each connection
    /// is a look at a certificate.
    std::optional<std::filesystem::path> clients_ca = std::nullopt;
  };

  /// Reads and checks the files. The error names the file and what to do.
  static Result<ClientTls> read(const Files& files, Protocol protocol);

  /// The server's own.
  const Certificate& certificate() const { return certificate_; }
  ssl_ctx_st* context() const { return context_.get(); }

 private:
  ClientTls(std::shared_ptr<ssl_ctx_st> context, Certificate certificate)
      : context_(std::move(context)), certificate_(std::move(certificate)) {}

  std::shared_ptr<ssl_ctx_st> context_;
  Certificate certificate_;
};

}  // namespace herd::net
