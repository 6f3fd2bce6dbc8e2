#include "herd/node/peer_certificates.h"

#include <utility>

#include "herd/net/clock.h"
#include "herd/node/certificate_expiry.h"

namespace herd::node {

PeerCertificates::PeerCertificates(const Config& config, const ServerConfig& self, net::LogFile& log)
    : files_{config.peer_certificates.value_or(""), self.id}, log_(log) {
  if (config.peer_certificates) tls_ = net::PeerTls::read(files_, net::wall_now() / second).value();
}

void PeerCertificates::read_again() {
  if (!tls_) return;
  if (auto read = net::PeerTls::read(files_, net::wall_now() / second)) {
    *tls_ = *std::move(read);
    tell();
  } else {
    log_.error("certificates not read, the ones before stay in use: " + read.error().message);
  }
}

void PeerCertificates::tell() {
  if (!tls_) return;
  const auto& certificate = tls_->certificate();
  log_.info("certificate read: " + certificate.common_name() + " of herd " + certificate.organization() +
            ", valid until " + net::utc_text(certificate.valid_until()) + " (" + files_.certificate().string() + ")");
  warn_of_expiry();
}

void PeerCertificates::warn_of_expiry() {
  if (!tls_) return;
  const auto warning = expiry_warning(
      files_.certificate(), tls_->certificate().valid_until(), net::wall_now() / second,
      "and without it no link comes up: run `proxyherd certs init --renew`, then send SIGHUP to each server");
  if (warning) log_.warn(*warning);
}

}  // namespace herd::node
