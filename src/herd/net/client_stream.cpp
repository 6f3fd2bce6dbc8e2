#include "herd/net/client_stream.h"

#include <sys/ioctl.h>

#include "herd/net/certificate.h"
#include "herd/net/client_tls.h"
#include "herd/net/openssl_handles.h"

namespace herd::net {

namespace {

/// The first byte of each TLS connection (RFC 8446 section 5.1: a record of type handshake).
constexpr char handshake_record = '\x16';

}  // namespace

ClientStream::ClientStream(Descriptor socket) : socket_(std::move(socket)) {}

ClientStream::ClientStream(Descriptor socket, const ClientTls& tls)
    : socket_(std::move(socket)),
      tls_(std::make_unique<TlsChannel>(tls.context(), this->socket(), TlsChannel::Role::accepts)) {}

/// Looks whether the client speaks TLS at all, for OpenSSL's words on plain text depend on what it is. False if there
/// is something to return `instead` of reading.
bool ClientStream::expects_first_byte(std::ptrdiff_t& instead) {
  char first = 0;
  instead = outcome(::recv(socket(), &first, 1, MSG_PEEK));
  if (instead <= 0) return false;
  has_begun_ = true;
  if (first == handshake_record) return true;
  tls_.reset();
  instead = no_tls;
  return false;
}

std::ptrdiff_t ClientStream::read_tls(std::span<char> buffer) {
  std::ptrdiff_t instead = 0;
  if (!has_begun_ && !expects_first_byte(instead)) return instead;
  return tls_->read(buffer);
}

void ClientStream::end_writing() {
  if (tls_ && !is_greeting()) tls_->end_writing();
  ::shutdown(socket(), SHUT_WR);
}

ClientPoll::For ClientStream::awaited_by_tls(ClientPoll::For wanted) const {
  if (wanted == ClientPoll::For::nothing) return wanted;
  const auto awaits = wanted == ClientPoll::For::input ? tls_->read_awaits() : tls_->write_awaits();
  return awaits == TlsChannel::Awaits::input ? ClientPoll::For::input : ClientPoll::For::room;
}

bool ClientStream::has_unread() const {
  int count = 0;
  return may_have_unread() || (::ioctl(socket(), FIONREAD, &count) == 0 && count > 0);
}

std::string ClientStream::client_certificate() const {
  if (!tls_) return {};
  auto* shown = SSL_get0_peer_certificate(tls_->handle());
  if (shown == nullptr || SSL_get_verify_result(tls_->handle()) != X509_V_OK) return {};
  return Certificate(shown).common_name();
}

std::string ClientStream::failure() const {
  if (!tls_) return {};
  auto reason = tls_->failure().tls_reason;
  const auto verified = SSL_get_verify_result(tls_->handle());
  if (!reason.empty() && verified != X509_V_OK) reason += std::string(": ") + X509_verify_cert_error_string(verified);
  return reason;
}

}  // namespace herd::net
