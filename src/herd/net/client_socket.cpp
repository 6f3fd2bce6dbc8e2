#include "herd/net/client_socket.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <netdb.h>
#include <netinet/tcp.h>

#include "herd/net/clock.h"
#include "herd/net/openssl_handles.h"
#include "herd/net/server_trust.h"

namespace herd::net {
namespace {

/// Several records come with one read of the socket.
constexpr std::size_t read_buffer_bytes = 64 * 1024;

Result<std::size_t> transferred(ssize_t count) {
  if (count >= 0) return static_cast<std::size_t>(count);
  if (errno == EAGAIN || errno == EINTR) return std::size_t{0};
  return Error{std::strerror(errno)};
}

/// False if none of the events came by `deadline` (steady clock).
bool await(int socket, short events, Time deadline) {
  pollfd waiting{.fd = socket, .events = events, .revents = 0};
  for (;;) {
    const auto wait = std::max<Duration>(deadline - steady_now(), 0);
    const int count = poll(&waiting, 1, static_cast<int>((wait + millisecond - 1) / millisecond));
    if (count >= 0 || errno != EINTR) return count > 0;
  }
}

}  // namespace

Result<ClientSocket> ClientSocket::connect(const std::string& host, std::uint16_t port, Duration timeout) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); error != 0) {
    return Error{gai_strerror(error)};
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, &freeaddrinfo);
  Result<ClientSocket> last = Error{std::strerror(EADDRNOTAVAIL)};
  for (const auto* address = found; address != nullptr; address = address->ai_next) {
    last = begin(address->ai_addr, address->ai_addrlen);
    if (!last) continue;
    const bool in_time = await(last->descriptor(), POLLOUT, steady_now() + timeout);
    const auto connected = in_time ? last->has_connected() : Result<void>(Error{std::strerror(ETIMEDOUT)});
    if (connected) return last;
    last = connected.error();
  }
  return last;
}

Result<ClientSocket> ClientSocket::begin(const sockaddr* address, socklen_t size) {
  ClientSocket client(socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (client.descriptor() < 0) return Error{std::strerror(errno)};
  const int on = 1;
  setsockopt(client.descriptor(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(client.descriptor(), address, size) != 0 && errno != EINPROGRESS) return Error{std::strerror(errno)};
  return client;
}

Result<void> ClientSocket::has_connected() const {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(descriptor(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return Error{std::strerror(error)};
  return {};
}

Result<void> ClientSocket::start_tls(const ServerTrust& trust, const std::string& host, Duration timeout) {
  const auto deadline = steady_now() + timeout;
  begin_tls(trust, host);
  for (;;) {
    const auto greeted = greet();
    if (!greeted) return greeted.error();
    if (*greeted) return {};
    if (!await(descriptor(), awaited(false), deadline)) {
      return Error{"no TLS handshake within " + std::to_string(timeout / millisecond) + " ms; does it speak TLS?"};
    }
  }
}

void ClientSocket::begin_tls(const ServerTrust& trust, const std::string& host) {
  tls_ = std::make_unique<TlsChannel>(trust.context(), descriptor(), TlsChannel::Role::connects);
  auto* handle = tls_->handle();
  SSL_set_mode(handle, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // The end of a connection needs no proof: every command has an answer, and all who use this count them.
  SSL_set_options(handle, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_set_read_ahead(handle, 1);
  SSL_set_default_read_buffer_len(handle, read_buffer_bytes);
  trust.prepare(handle, host);
}

Result<bool> ClientSocket::greet() {
  const auto result = tls_->handshake();
  if (result > 0) return true;
  if (result == TlsChannel::later) return false;
  const auto reason = failure(result);
  return is_refused() ? reason : Error{reason.message + " in the TLS handshake; does it speak TLS?"};
}

sockaddr_storage ClientSocket::peer() const {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  void* const generic = &address;
  getpeername(descriptor(), static_cast<sockaddr*>(generic), &size);
  return address;
}

Result<std::size_t> ClientSocket::send(std::string_view bytes) {
  if (!tls_) return transferred(::send(descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
  const auto count = tls_->write(bytes);
  if (count >= 0) return static_cast<std::size_t>(count);
  return count == TlsChannel::later ? Result<std::size_t>(std::size_t{0}) : failure(count);
}

Result<std::size_t> ClientSocket::receive(std::span<char> bytes) {
  const auto count = tls_ ? tls_->read(bytes) : ::recv(descriptor(), bytes.data(), bytes.size(), 0);
  if (count == 0) return failure(count);
  if (!tls_) return transferred(count);
  if (count > 0) return static_cast<std::size_t>(count);
  return count == TlsChannel::later ? Result<std::size_t>(std::size_t{0}) : failure(count);
}

/// Why a call came to `result`, which is 0 or, with TLS, that it is broken.
Error ClientSocket::failure(std::ptrdiff_t result) {
  has_ended_ = result == 0;
  const std::string closed = "the server closed the connection";
  if (has_ended_) return {closed};
  const auto& [system_error, tls_error, reason] = tls_->failure();
  if (tls_error != 0) return {ServerTrust::failure(tls_->handle(), tls_error)};
  return {system_error == 0 ? closed : std::strerror(system_error)};
}

void ClientSocket::end_sending() {
  if (tls_) tls_->end_writing();
  ::shutdown(descriptor(), SHUT_WR);
}

short ClientSocket::awaited_by_tls(short sending) const {
  const short reading = tls_->read_awaits() == TlsChannel::Awaits::input ? POLLIN : POLLOUT;
  return tls_->is_greeting() ? reading : static_cast<short>(reading | sending);
}

void ClientSocket::close() {
  tls_.reset();
  socket_ = Descriptor();
}

}  // namespace herd::net
