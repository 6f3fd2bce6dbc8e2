#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "herd/base/result.h"
#include "herd/net/certificate.h"

struct evp_pkey_st;  // OpenSSL's

namespace herd::net {

/// Signs the certificates of one herd's servers, and nothing else. Its own certificate is ca.crt, its key ca.key of
/// a folder. Times are POSIX seconds. OpenSSL's own failures are exceptions (std::runtime_error).
class CertificateAuthority {
 public:
  /// A new one; its files are made, with the folder. An error if one of them is there already.
  static Result<CertificateAuthority> make(const std::filesystem::path& folder, const std::string& herd,
                                           std::int64_t from, std::int64_t until);

  /// The one whose files are in the folder. The error names what is missing, and where it might be.
  static Result<CertificateAuthority> read(const std::filesystem::path& folder);

  /// Makes a new key and a certificate for it, for TLS as client and server under the name `server`, and writes them
  /// over those in the folder. It does not outlast the CA's own.
  Result<Certificate> issue(const std::string& server, std::int64_t from, std::int64_t until) const;

  const Certificate& certificate() const { return certificate_; }

 private:
  CertificateAuthority(std::filesystem::path folder, Certificate certificate, std::shared_ptr<evp_pkey_st> key)
      : folder_(std::move(folder)), certificate_(std::move(certificate)), key_(std::move(key)) {}

  std::filesystem::path folder_;
  Certificate certificate_;
  std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace herd::net
