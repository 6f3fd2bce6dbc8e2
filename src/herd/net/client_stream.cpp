#include "herd/net/client_stream.h"

#include <array>
#include <cstring>
#include <new>
#include <openssl/err.h>
#include <sys/ioctl.h>

#include "herd/net/certificate.h"
#include "herd/net/client_tls.h"
#include "herd/net/openssl_handles.h"

namespace herd::net {

namespace {

/// The first byte of each TLS connection (RFC 8446 section 5.1: a record of type handshake).
constexpr char handshake_record = '\x16';

}  // namespace

struct ClientStream::Tls {
  explicit Tls(SSL_CTX* context) : ssl(SSL_new(context)) {
    if (!ssl) throw std::bad_alloc();
  }

  std::unique_ptr<SSL, OpensslFree<SSL_free>> ssl;
  bool has_begun = false;
  bool may_have_unread = false;
  ClientPoll::For to_read = ClientPoll::For::input;
  ClientPoll::For to_write = ClientPoll::For::room;
  std::string failure;

  /// What a call that returned `result` instead of going through means; sets what it awaits.
  std::ptrdiff_t outcome(int result, ClientPoll::For& awaited) {
    switch (SSL_get_error(ssl.get(), result)) {
      case SSL_ERROR_WANT_READ:
        awaited = ClientPoll::For::input;
        return later;
      case SSL_ERROR_WANT_WRITE:
        awaited = ClientPoll::For::room;
        return later;
      case SSL_ERROR_ZERO_RETURN:
        return 0;
      case SSL_ERROR_SSL:
        failure = failure_text();
        return broken;
      default:
        return broken;
    }
  }

  std::string failure_text() const {
    const long verified = SSL_get_verify_result(ssl.get());
    auto reason = take_openssl_reason();
    if (verified != X509_V_OK) reason += std::string(": ") + X509_verify_cert_error_string(verified);
    return reason;
  }
};

ClientStream::ClientStream(Descriptor socket) : socket_(std::move(socket)) {}

ClientStream::ClientStream(Descriptor socket, const ClientTls& tls)
    : socket_(std::move(socket)), tls_(std::make_unique<Tls>(tls.context())) {
  SSL_set_fd(tls_->ssl.get(), this->socket());
  SSL_set_accept_state(tls_->ssl.get());
}

ClientStream::ClientStream(ClientStream&&) noexcept = default;
ClientStream::~ClientStream() = default;

/// Looks whether the client speaks TLS at all, for OpenSSL's words on plain text depend on what it is. False if there
/// is something to return `instead` of reading.
bool ClientStream::expects_first_byte(std::ptrdiff_t& instead) {
  char first = 0;
  instead = outcome(::recv(socket(), &first, 1, MSG_PEEK));
  if (instead <= 0) return false;
  tls_->has_begun = true;
  if (first == handshake_record) return true;
  tls_.reset();
  instead = no_tls;
  return false;
}

std::ptrdiff_t ClientStream::read_tls(std::span<char> buffer) {
  std::ptrdiff_t instead = 0;
  if (!tls_->has_begun && !expects_first_byte(instead)) return instead;
  tls_->may_have_unread = false;
  std::size_t total = 0;
  while (total < buffer.size()) {  // OpenSSL gives one TLS record at a time
    ERR_clear_error();
    std::size_t count = 0;
    const int result = SSL_read_ex(tls_->ssl.get(), buffer.data() + total, buffer.size() - total, &count);
    total += count;
    if (result == 1) continue;
    const auto outcome = tls_->outcome(result, tls_->to_read);
    if (total == 0) return outcome;
    tls_->may_have_unread = outcome != later;  // the end, which the next read finds
    return static_cast<std::ptrdiff_t>(total);
  }
  tls_->may_have_unread = true;
  return static_cast<std::ptrdiff_t>(total);
}

std::ptrdiff_t ClientStream::write_tls(std::string_view bytes) {
  std::size_t total = 0;
  while (total < bytes.size()) {  // as much as a record takes at a time
    ERR_clear_error();
    std::size_t count = 0;
    const int result = SSL_write_ex(tls_->ssl.get(), bytes.data() + total, bytes.size() - total, &count);
    total += count;
    if (result == 1) continue;
    const auto outcome = tls_->outcome(result, tls_->to_write);
    if (outcome == 0) return broken;
    return total == 0 ? outcome : static_cast<std::ptrdiff_t>(total);
  }
  return static_cast<std::ptrdiff_t>(total);
}

void ClientStream::end_writing() {
  if (tls_ && !is_greeting()) {
    ERR_clear_error();
    SSL_shutdown(tls_->ssl.get());  // what has no room now is not worth waiting for
  }
  ::shutdown(socket(), SHUT_WR);
}

ClientPoll::For ClientStream::awaited_by_tls(ClientPoll::For wanted) const {
  switch (wanted) {
    case ClientPoll::For::input:
      return tls_->to_read;
    case ClientPoll::For::room:
      return tls_->to_write;
    case ClientPoll::For::nothing:
      break;
  }
  return ClientPoll::For::nothing;
}

bool ClientStream::tls_may_have_unread() const {
  return tls_->may_have_unread;
}

bool ClientStream::has_unread() const {
  int count = 0;
  return may_have_unread() || (::ioctl(socket(), FIONREAD, &count) == 0 && count > 0);
}

bool ClientStream::tls_is_greeting() const {
  return SSL_is_init_finished(tls_->ssl.get()) == 0;
}

std::string ClientStream::client_certificate() const {
  if (!tls_) return {};
  auto* shown = SSL_get0_peer_certificate(tls_->ssl.get());
  if (shown == nullptr || SSL_get_verify_result(tls_->ssl.get()) != X509_V_OK) return {};
  return Certificate(shown).common_name();
}

std::string ClientStream::failure() const {
  return tls_ ? tls_->failure : std::string();
}

}  // namespace herd::net
