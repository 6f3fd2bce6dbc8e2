#include "herd/net/peer_stream.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>
#include <openssl/err.h>

#include "herd/net/openssl_handles.h"
#include "herd/net/tls_channel.h"

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

/// Why a channel broke, other than for a certificate.
std::string failure_text(const TlsChannel::Failure& failure) {
  const auto code = failure.tls_error;
  const auto reason = ERR_GET_REASON(code);
  if (failure.system_error != 0) return std::strerror(failure.system_error);
  if (code == 0) return std::string(closed_by_neighbor);
  if (ERR_GET_LIB(code) == ERR_LIB_SSL) {
    if (reason >= SSL_AD_REASON_OFFSET) return alert_text(reason - SSL_AD_REASON_OFFSET);
    if (reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE) return "it shows no certificate";
    if (reason == SSL_R_UNSUPPORTED_PROTOCOL) return "it does not speak TLS 1.3";
    if (reason == SSL_R_WRONG_VERSION_NUMBER) return "it does not speak TLS; both need the same [tls] section";
    if (reason == SSL_R_UNEXPECTED_EOF_WHILE_READING) return std::string(closed_by_neighbor);
  }
  return "TLS: " + failure.tls_reason;
}

}  // namespace

struct PeerStream::Tls {
  TlsChannel channel;
  std::string refusal;  // of the other's certificate, as note_refusal (peer_tls.cpp) put it

  /// What a call that moved no bytes comes to; 0: it is to be repeated once the socket is ready for what it awaits.
  Result<std::size_t> outcome(std::ptrdiff_t result) const {
    if (result == TlsChannel::later) return std::size_t{0};
    if (result == 0) return Error{std::string(closed_by_neighbor)};
    return Error{refusal.empty() ? failure_text(channel.failure()) : refusal};
  }
};

PeerStream::PeerStream(asio::io_context& context) : socket_(context) {}

PeerStream::PeerStream(Socket socket, const PeerTls* tls, Role role) : socket_(std::move(socket)) {
  if (tls == nullptr) return;
  const auto side = role == Role::dials ? TlsChannel::Role::connects : TlsChannel::Role::accepts;
  tls_ = std::make_unique<Tls>(TlsChannel(tls->context(), socket_.native_handle(), side));
  SSL_set_app_data(tls_->channel.handle(), &tls_->refusal);
}

PeerStream::PeerStream(PeerStream&&) noexcept = default;
PeerStream& PeerStream::operator=(PeerStream&&) noexcept = default;
PeerStream::~PeerStream() = default;

asio::awaitable<Result<void>> PeerStream::handshake() {
  if (!tls_) co_return Result<void>();
  if (SSL_is_server(tls_->channel.handle()) == 1) {
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
    const auto result = tls_->channel.handshake();
    if (result > 0) co_return Result<void>();
    if (const auto outcome = tls_->outcome(result); !outcome) {
      const auto& reason = outcome.error().message;
      co_return Error{reason == closed_by_neighbor ? reason + " in the TLS handshake" : reason};
    }
    const bool awaits_input = tls_->channel.read_awaits() == TlsChannel::Awaits::input;
    const auto wait = awaits_input ? tcp::socket::wait_read : tcp::socket::wait_write;
    const auto [error] = co_await socket_.async_wait(wait, as_result);
    if (error) co_return Error{error.message()};
  }
  co_return Error{"closed"};
}

Result<void> PeerStream::check_name(std::string_view id) const {
  if (!tls_) return {};
  const Certificate shown(SSL_get0_peer_certificate(tls_->channel.handle()));
  if (shown.is_for(id)) return {};
  return Error{"its certificate is for \"" + shown.common_name() + "\", not for \"" + std::string(id) + "\""};
}

Result<std::size_t> PeerStream::read_some(std::span<char> buffer) {
  if (!tls_) {
    boost::system::error_code error;
    const auto count = socket_.read_some(asio::buffer(buffer.data(), buffer.size()), error);
    if (error == asio::error::would_block) return std::size_t{0};
    if (error == asio::error::eof) return Error{std::string(closed_by_neighbor)};
    if (error) return Error{error.message()};
    return count;
  }
  if (!socket_.is_open()) return Error{"closed"};
  const auto count = tls_->channel.read(buffer);
  return count > 0 ? static_cast<std::size_t>(count) : tls_->outcome(count);
}

bool PeerStream::may_have_unread() const {
  return tls_ && tls_->channel.may_have_unread();
}

Result<std::size_t> PeerStream::write_some(std::string_view bytes) {
  if (!tls_) {
    boost::system::error_code error;
    const auto count = socket_.write_some(asio::buffer(bytes), error);
    if (error && error != asio::error::would_block) return Error{error.message()};
    return count;
  }
  if (!socket_.is_open()) return Error{"closed"};
  const auto count = tls_->channel.write(bytes);
  return count >= 0 ? static_cast<std::size_t>(count) : tls_->outcome(count);
}

void PeerStream::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace herd::net
