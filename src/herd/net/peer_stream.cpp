#include "herd/net/peer_stream.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>
#include <openssl/err.h>
#include <optional>

#include "herd/net/openssl_handles.h"

namespace herd::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::string_view closed_by_neighbor = "closed by the neighbour";

/// What the other side says of us in a TLS alert.
std::string alert_text(int alert) {
  switch (alert) {
    case SSL_AD_CERTIFICATE_EXPIRED:
      return "it says that our certificate has expired";
    case SSL_AD_UNKNOWN_CA:
    case SSL_AD_DECRYPT_ERROR:
      return "it says that our certificate is not signed by its CA";
    case SSL_AD_CERTIFICATE_REQUIRED:
      return "it demands a certificate";
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
    case SSL_AD_CERTIFICATE_UNKNOWN:
      return "it refuses our certificate; its log says why";
    case SSL_AD_PROTOCOL_VERSION:
      return "it does not speak TLS 1.3";
    default:
      return std::string("it ends TLS: ") + SSL_alert_desc_string_long(alert);
  }
}

/// Why OpenSSL gave up, other than for a certificate.
std::string failure_text() {
  const auto code = ERR_peek_error();
  const auto reason = ERR_GET_REASON(code);
  const auto words = take_openssl_reason();
  if (ERR_GET_LIB(code) == ERR_LIB_SSL) {
    if (reason >= SSL_AD_REASON_OFFSET) return alert_text(reason - SSL_AD_REASON_OFFSET);
    if (reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE) return "it shows no certificate";
    if (reason == SSL_R_UNSUPPORTED_PROTOCOL) return "it does not speak TLS 1.3";
    if (reason == SSL_R_WRONG_VERSION_NUMBER) return "it does not speak TLS; both need the same [tls] section";
    if (reason == SSL_R_UNEXPECTED_EOF_WHILE_READING) return std::string(closed_by_neighbor);
  }
  return "TLS: " + words;
}

}  // namespace

struct PeerStream::Tls {
  std::unique_ptr<SSL, OpensslFree<SSL_free>> ssl;
  std::string refusal;  // of the other's certificate, as note_refusal (peer_tls.cpp) put it

  tcp::socket::wait_type waits_for = tcp::socket::wait_read;
  std::optional<Error> ended;  // found behind what was read, and told by the next read

  /// What a call that returned `result` means: none if it is to be repeated once the socket is ready for `waits_for`.
  std::optional<Error> failure(int result) {
    const int saved_errno = errno;
    switch (SSL_get_error(ssl.get(), result)) {
      case SSL_ERROR_WANT_READ:
        waits_for = tcp::socket::wait_read;
        return std::nullopt;
      case SSL_ERROR_WANT_WRITE:
        waits_for = tcp::socket::wait_write;
        return std::nullopt;
      case SSL_ERROR_ZERO_RETURN:
        return Error{std::string(closed_by_neighbor)};
      case SSL_ERROR_SYSCALL:
        return Error{saved_errno == 0 ? std::string(closed_by_neighbor) : std::strerror(saved_errno)};
      default:
        return Error{refusal.empty() ? failure_text() : refusal};
    }
  }
};

PeerStream::PeerStream(asio::io_context& context) : socket_(context) {}

PeerStream::PeerStream(Socket socket, const PeerTls* tls, Role role) : socket_(std::move(socket)) {
  if (tls == nullptr) return;
  tls_ = std::make_unique<Tls>();
  tls_->ssl.reset(SSL_new(tls->context()));
  SSL_set_app_data(tls_->ssl.get(), &tls_->refusal);
  SSL_set_fd(tls_->ssl.get(), socket_.native_handle());
  if (role == Role::dials) {
    SSL_set_connect_state(tls_->ssl.get());
  } else {
    SSL_set_accept_state(tls_->ssl.get());
  }
}

PeerStream::PeerStream(PeerStream&&) noexcept = default;
PeerStream& PeerStream::operator=(PeerStream&&) noexcept = default;
PeerStream::~PeerStream() = default;

asio::awaitable<Result<void>> PeerStream::handshake() {
  if (!tls_) co_return Result<void>();
  if (SSL_is_server(tls_->ssl.get()) == 1) {
    // OpenSSL's words for plain text depend on what it is.
    const auto [error] = co_await socket_.async_wait(tcp::socket::wait_read, as_result);
    if (error) co_return Error{error.message()};
    std::array<char, 2> first{};
    boost::system::error_code ignored;
    const auto count = socket_.receive(asio::buffer(first), tcp::socket::message_peek, ignored);
    if (count == first.size() && !begins_tls({first.data(), count})) {
      co_return Error{"it does not speak TLS; both need the same [tls] section"};
    }
  }
  while (socket_.is_open()) {
    ERR_clear_error();
    const int result = SSL_do_handshake(tls_->ssl.get());
    if (result == 1) {
      may_have_unread_ = true;  // what came behind the handshake
      co_return Result<void>();
    }
    if (auto failure = tls_->failure(result)) {
      if (failure->message == closed_by_neighbor) failure->message += " in the TLS handshake";
      co_return *std::move(failure);
    }
    const auto [error] = co_await socket_.async_wait(tls_->waits_for, as_result);
    if (error) co_return Error{error.message()};
  }
  co_return Error{"closed"};
}

Result<void> PeerStream::check_name(std::string_view id) const {
  if (!tls_) return {};
  const Certificate shown(SSL_get0_peer_certificate(tls_->ssl.get()));
  if (shown.is_for(id)) return {};
  return Error{"its certificate is for \"" + shown.common_name() + "\", not for \"" + std::string(id) + "\""};
}

Result<std::size_t> PeerStream::read_some(std::span<char> buffer) {
  may_have_unread_ = false;
  if (!tls_) {
    boost::system::error_code error;
    const auto count = socket_.read_some(asio::buffer(buffer.data(), buffer.size()), error);
    if (error == asio::error::would_block) return std::size_t{0};
    if (error == asio::error::eof) return Error{std::string(closed_by_neighbor)};
    if (error) return Error{error.message()};
    return count;
  }
  if (!socket_.is_open()) return Error{"closed"};
  if (tls_->ended) return *tls_->ended;
  std::size_t total = 0;
  while (total < buffer.size()) {  // OpenSSL gives one TLS record at a time
    ERR_clear_error();
    std::size_t count = 0;
    const int result = SSL_read_ex(tls_->ssl.get(), buffer.data() + total, buffer.size() - total, &count);
    total += count;
    if (result == 1) continue;
    tls_->ended = tls_->failure(result);
    if (tls_->ended && total == 0) return *tls_->ended;
    may_have_unread_ = tls_->ended.has_value();
    return total;
  }
  may_have_unread_ = true;
  return total;
}

Result<std::size_t> PeerStream::write_some(std::string_view bytes) {
  if (!tls_) {
    boost::system::error_code error;
    const auto count = socket_.write_some(asio::buffer(bytes), error);
    if (error && error != asio::error::would_block) return Error{error.message()};
    return count;
  }
  if (!socket_.is_open()) return Error{"closed"};
  ERR_clear_error();
  std::size_t count = 0;
  const int result = SSL_write_ex(tls_->ssl.get(), bytes.data(), bytes.size(), &count);
  if (result == 1) return count;
  if (const auto failure = tls_->failure(result)) return *failure;
  return std::size_t{0};
}

void PeerStream::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace herd::net
