#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <utility>

#include "herd/base/result.h"
#include "herd/base/time.h"

namespace herd::net {

/// A connected TCP socket that never blocks and sends without delay.
class ClientSocket {
 public:
  /// Connects, trying each address of the host for `timeout`. The error is the reason alone: "Connection refused".
  static Result<ClientSocket> connect(const std::string& host, std::uint16_t port, Duration timeout);

  ClientSocket(ClientSocket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  ClientSocket& operator=(ClientSocket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~ClientSocket();

  int descriptor() const { return descriptor_; }
  sockaddr_storage peer() const;

  /// How many bytes were sent or received, 0 if it would have to wait; the error is the reason why the conversation is
  /// over.
  Result<std::size_t> send(std::string_view bytes) const;
  Result<std::size_t> receive(std::span<char> bytes) const;

  void close();

 private:
  explicit ClientSocket(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;  // owned; -1: none
};

}  // namespace herd::net
