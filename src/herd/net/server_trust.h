#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "herd/base/result.h"

struct ssl_ctx_st;  // OpenSSL's
struct ssl_st;      // OpenSSL's

namespace herd::net {

/// What is to be said to whoever spoke plainly to a port of TLS with one of our tools.
inline constexpr std::string_view speaks_tls_remedy =
    "it speaks TLS; add --tls for HOST:PORT, or see clients in [tls] of herd.toml for its servers";

/// Which servers are believed to be those that they are reached as: TLS 1.2 or newer, and a certificate, valid now,
/// that is known beforehand, or that an authority vouches for together with the host's name or address. A wildcard
/// stands for a whole label only. Cheap to copy.
class ServerTrust {
 public:
  struct Files {
    std::filesystem::path authorities = {};  ///< PEM, of those to trust; empty: those that the system trusts
    std::filesystem::path certificate = {};  ///< PEM, with its chain, for servers that demand one; empty: none
    std::filesystem::path key = {};          ///< the certificate's, PEM
  };

  /// The error names the file and what to do.
  static Result<ServerTrust> read(const Files& files);

  /// Believes also whoever shows the first certificate of this PEM file, whatever it is reached as. The file is read
  /// for each handshake, as it may be renewed; while it is not there, or nothing can be read, it is as it was.
  ServerTrust knowing(const std::filesystem::path& certificate) const;

  ssl_ctx_st* context() const { return context_.get(); }

  /// Lets the handshake that is about to begin with `host`, a name or an address without brackets, go through with that
  /// host only. Throws std::bad_alloc.
  void prepare(ssl_st* handle, const std::string& host) const;

  /// Why TLS failed on a prepared handle, and what to do, to stand after the server's name: "its certificate ...
  /// expired on ...". `tls_error` is OpenSSL's code.
  static std::string failure(const ssl_st* handle, unsigned long tls_error);

 private:
  struct Expectation;

  explicit ServerTrust(std::shared_ptr<ssl_ctx_st> context) : context_(std::move(context)) {}

  std::shared_ptr<ssl_ctx_st> context_;
  std::filesystem::path known_file_;  // empty: none
};

}  // namespace herd::net
