#pragma once

#include <arpa/inet.h>
#include <array>
#include <cstdint>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace herd::net {

/// The other end of a connection, played by a test: blocking calls on a plain socket.
class Conversation {
 public:
  explicit Conversation(int socket) : socket_(socket) {}
  Conversation(const Conversation&) = delete;
  ~Conversation() { close(socket_); }

  std::string read_until(std::string_view end) {
    std::string text;
    std::array<char, 4096> piece;
    while (!text.ends_with(end) || end.empty()) {
      const auto count = recv(socket_, piece.data(), piece.size(), 0);
      if (count <= 0) break;
      text.append(piece.data(), static_cast<std::size_t>(count));
    }
    return text;
  }
  std::string read_to_end() { return read_until(""); }

  void write(std::string_view text) {
    if (send(socket_, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size())) {
      throw std::runtime_error("send failed");
    }
  }

 private:
  int socket_;
};

/// Listens on a free port of 127.0.0.1.
class LoopbackListener {
 public:
  LoopbackListener() : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(socket_, generic, size) != 0 || listen(socket_, 16) != 0 || getsockname(socket_, generic, &size) != 0) {
      throw std::runtime_error("cannot listen on 127.0.0.1");
    }
    port_ = ntohs(address.sin_port);
  }
  LoopbackListener(const LoopbackListener&) = delete;
  ~LoopbackListener() { close(socket_); }

  std::uint16_t port() const { return port_; }
  Conversation accept() { return Conversation(accept_socket()); }
  /// The caller's own.
  int accept_socket() const { return ::accept(socket_, nullptr, nullptr); }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

/// A port of 127.0.0.1 on which nobody listens.
inline std::uint16_t refused_port() {
  return LoopbackListener().port();
}

}  // namespace herd::net
