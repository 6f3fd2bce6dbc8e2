#pragma once

#include <optional>

#include "herd/net/certificate.h"
#include "herd/net/log_file.h"
#include "herd/net/peer_tls.h"
#include "herd/node/config.h"

namespace herd::node {

/// With what a server proves its name to its neighbours, if the herd has certificates. For the main loop.
class PeerCertificates {
 public:
  /// Reads them. The log outlives it. Throws std::runtime_error if they will not do.
  PeerCertificates(const Config& config, const ServerConfig& self, net::LogFile& log);

  /// Null: links are not encrypted. Stays where it is when the files are read again.
  const net::PeerTls* tls() const { return tls_ ? &*tls_ : nullptr; }

  /// Takes the files as they are now for links to come, and tells the log; what was before stays in use if they will
  /// not do.
  void read_again();
  /// Tells the log what is in use.
  void tell();
  /// Tells the log if they expire soon.
  void warn_of_expiry();

 private:
  const net::CertificateFiles files_;  // those that ship and those of the configuration, all or none
  net::LogFile& log_;
  std::optional<net::PeerTls> tls_;
};

}  // namespace herd::node
