#pragma once

#include <cstdint>
#include <memory>

#include "herd/base/result.h"
#include "herd/net/certificate.h"

struct ssl_ctx_st;  // OpenSSL's

namespace herd::net {

/// With what a server proves its name to its neighbours, and what it demands of them: TLS 1.3, and a certificate that
/// the herd's CA signed. No sessions are resumed: links are few and long, and each handshake looks at both
/// certificates anew.
class PeerTls {
 public:
  /// Reads the files and checks them (check_certificate) as of `now`.
  static Result<PeerTls> read(const CertificateFiles& files, std::int64_t now);

  const Certificate& certificate() const { return certificate_; }
  ssl_ctx_st* context() const { return context_.get(); }

 private:
  PeerTls(std::shared_ptr<ssl_ctx_st> context, Certificate certificate)
      : context_(std::move(context)), certificate_(std::move(certificate)) {}

  std::shared_ptr<ssl_ctx_st> context_;
  Certificate certificate_;
};

}  // namespace herd::net
