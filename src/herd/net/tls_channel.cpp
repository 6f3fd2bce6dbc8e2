#include "herd/net/tls_channel.h"

#include <cerrno>
#include <new>
#include <openssl/err.h>
#include <sys/socket.h>

#include "herd/net/openssl_handles.h"

namespace herd::net {

namespace {

int send_quietly(BIO* bio, const char* bytes, int size) {
  const auto sent =
      ::send(static_cast<int>(BIO_get_fd(bio, nullptr)), bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  BIO_clear_retry_flags(bio);
  if (sent <= 0 && BIO_sock_should_retry(static_cast<int>(sent)) == 1) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

/// OpenSSL's own socket, but for SIGPIPE: a program whose output goes into a pipe is to end with that, and nobody is to
/// end because a connection did.
const BIO_METHOD* socket_method() {
  static const BIO_METHOD* const made = [] {
    const auto* plain = BIO_s_socket();
    auto* method = BIO_meth_new(BIO_TYPE_SOCKET, "socket without SIGPIPE");
    if (method == nullptr) throw std::bad_alloc();
    BIO_meth_set_write(method, send_quietly);
    BIO_meth_set_read(method, BIO_meth_get_read(plain));
    BIO_meth_set_ctrl(method, BIO_meth_get_ctrl(plain));
    BIO_meth_set_create(method, BIO_meth_get_create(plain));
    BIO_meth_set_destroy(method, BIO_meth_get_destroy(plain));
    return method;
  }();
  return made;
}

}  // namespace

void TlsChannel::Free::operator()(ssl_st* ssl) const {
  SSL_free(ssl);
}

TlsChannel::TlsChannel(ssl_ctx_st* context, int socket, Role role) : ssl_(SSL_new(context)) {
  auto* bio = BIO_new(socket_method());
  if (!ssl_ || bio == nullptr) throw std::bad_alloc();
  BIO_set_fd(bio, socket, BIO_NOCLOSE);
  SSL_set_bio(ssl_.get(), bio, bio);
  if (role == Role::connects) {
    SSL_set_connect_state(ssl_.get());
  } else {
    SSL_set_accept_state(ssl_.get());
  }
}

/// What a call that returned `result` instead of going through means.
std::ptrdiff_t TlsChannel::outcome(int result, Awaits& awaits) {
  const int system_error = errno;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      awaits = Awaits::input;
      return later;
    case SSL_ERROR_WANT_WRITE:
      awaits = Awaits::room;
      return later;
    case SSL_ERROR_ZERO_RETURN:
      return 0;
    case SSL_ERROR_SSL:
      failure_.tls_error = ERR_peek_error();
      failure_.tls_reason = take_openssl_reason();
      return broken;
    default:
      failure_.system_error = system_error;
      return broken;
  }
}

std::ptrdiff_t TlsChannel::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result != 1) return outcome(result, read_awaits_);
  may_have_unread_ = true;  // what came behind the handshake
  return 1;
}

bool TlsChannel::is_greeting() const {
  return SSL_is_init_finished(ssl_.get()) == 0;
}

std::ptrdiff_t TlsChannel::read(std::span<char> buffer) {
  may_have_unread_ = false;
  if (read_ended_ != later) return read_ended_;
  std::size_t total = 0;
  while (total < buffer.size()) {  // OpenSSL gives one TLS record at a time
    ERR_clear_error();
    std::size_t count = 0;
    const int result = SSL_read_ex(ssl_.get(), buffer.data() + total, buffer.size() - total, &count);
    total += count;
    if (result == 1) continue;
    read_ended_ = outcome(result, read_awaits_);
    if (total == 0) return read_ended_;
    may_have_unread_ = read_ended_ != later;
    return static_cast<std::ptrdiff_t>(total);
  }
  may_have_unread_ = true;
  return static_cast<std::ptrdiff_t>(total);
}

std::ptrdiff_t TlsChannel::write(std::string_view bytes) {
  std::size_t total = 0;
  while (total < bytes.size()) {  // as much as a record takes at a time
    ERR_clear_error();
    std::size_t count = 0;
    const int result = SSL_write_ex(ssl_.get(), bytes.data() + total, bytes.size() - total, &count);
    total += count;
    if (result == 1) continue;
    const auto outcome = this->outcome(result, write_awaits_);
    if (outcome == 0) return broken;
    return total == 0 ? outcome : static_cast<std::ptrdiff_t>(total);
  }
  return static_cast<std::ptrdiff_t>(total);
}

void TlsChannel::end_writing() {
  ERR_clear_error();
  SSL_shutdown(ssl_.get());  // what has no room now is not worth waiting for
}

}  // namespace herd::net
