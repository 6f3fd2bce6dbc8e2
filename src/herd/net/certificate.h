#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "herd/base/result.h"

struct x509_st;  // OpenSSL's

namespace herd::net {

/// Where a server finds what it proves its name with, and the CA that its neighbours must be certified by.
struct CertificateFiles {
  std::filesystem::path folder;
  std::string server;  ///< its id

  std::filesystem::path ca() const { return folder / "ca.crt"; }
  std::filesystem::path certificate() const { return folder / (server + ".crt"); }
  std::filesystem::path key() const { return folder / (server + ".key"); }
};

/// An X.509 certificate. Times are POSIX seconds.
class Certificate {
 public:
  /// The first certificate of a PEM file. The error names the file and what to do.
  static Result<Certificate> read(const std::filesystem::path& file);

  /// Shares a certificate of OpenSSL's, which is not null.
  explicit Certificate(x509_st* shared);

  std::string common_name() const;   ///< of the subject; printable, empty if it has none
  std::string organization() const;  ///< of the subject; printable, empty if it has none
  /// The DNS names that it is for, byte for byte.
  std::vector<std::string> names() const;
  bool is_for(std::string_view name) const;
  std::int64_t valid_from() const;
  std::int64_t valid_until() const;

  x509_st* handle() const { return handle_.get(); }

 private:
  std::shared_ptr<x509_st> handle_;
};

/// Whether a server can serve TLS with its files at `now`: they are there, the key is for nobody else to read, and the
/// certificate is for this server, of this CA, valid, and the key's. Returns the certificate, or the first thing that
/// is wrong with its file and what to do.
Result<Certificate> check_certificate(const CertificateFiles& files, std::int64_t now);

/// What is wrong with a certificate that OpenSSL's verification refused with this X509_V_ERR code, as a sentence that
/// goes on after its name: "expired on 2026-11-22 10:00:00 UTC".
std::string verification_failure(const Certificate& certificate, int code);

/// "2026-11-22 10:00:00 UTC"
std::string utc_text(std::int64_t posix_seconds);

}  // namespace herd::net
