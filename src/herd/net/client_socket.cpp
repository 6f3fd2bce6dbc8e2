#include "herd/net/client_socket.h"

#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

namespace herd::net {
namespace {

Result<std::size_t> transferred(ssize_t count) {
  if (count >= 0) return static_cast<std::size_t>(count);
  if (errno == EAGAIN || errno == EINTR) return std::size_t{0};
  return Error{std::strerror(errno)};
}

/// 0, or why the non-blocking socket could not be connected within the time.
int await_connection(int socket, const addrinfo& address, Duration timeout) {
  if (::connect(socket, address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  pollfd waiting{.fd = socket, .events = POLLOUT, .revents = 0};
  if (poll(&waiting, 1, static_cast<int>(timeout / millisecond)) != 1) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
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
  int error = EADDRNOTAVAIL;
  for (const auto* address = found; address != nullptr; address = address->ai_next) {
    ClientSocket client(socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    error = client.descriptor_ < 0 ? errno : await_connection(client.descriptor_, *address, timeout);
    if (error != 0) continue;
    const int on = 1;
    setsockopt(client.descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return client;
  }
  return Error{std::strerror(error)};
}

ClientSocket::~ClientSocket() {
  close();
}

void ClientSocket::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

sockaddr_storage ClientSocket::peer() const {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  void* const generic = &address;
  getpeername(descriptor_, static_cast<sockaddr*>(generic), &size);
  return address;
}

Result<std::size_t> ClientSocket::send(std::string_view bytes) const {
  return transferred(::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
}

Result<std::size_t> ClientSocket::receive(std::span<char> bytes) const {
  const auto count = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
  if (count == 0) return Error{"the server closed the connection"};
  return transferred(count);
}

}  // namespace herd::net
