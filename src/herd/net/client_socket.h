#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <poll.h>
#include <span>
#include <string>
#include <string_view>
#include <sys/socket.h>

#include "herd/base/result.h"
#include "herd/base/time.h"
#include "herd/net/descriptor.h"
#include "herd/net/tls_channel.h"

namespace herd::net {

class ServerTrust;

/// A TCP socket to a server, plain or TLS, that never blocks and sends without delay.
class ClientSocket {
 public:
  /// Connects, trying each address of the host for `timeout`. The error is the reason alone: "Connection refused".
  static Result<ClientSocket> connect(const std::string& host, std::uint16_t port, Duration timeout);

  /// Begins to connect to this address. Once there is room to send, or an error, has_connected() tells of it.
  static Result<ClientSocket> begin(const sockaddr* address, socklen_t size);
  Result<void> has_connected() const;

  /// None.
  ClientSocket() = default;

  /// Before anything was sent: speaks TLS from now on, if the server is one to trust that may be reached as `host`.
  /// The error is the reason and what to do: "its certificate ... expired on ...". `timeout` is that of the handshake.
  Result<void> start_tls(const ServerTrust& trust, const std::string& host, Duration timeout);

  /// The same step by step: greet() is to be called again as awaited() says until it returns true.
  void begin_tls(const ServerTrust& trust, const std::string& host);
  Result<bool> greet();

  int descriptor() const { return socket_.number(); }
  sockaddr_storage peer() const;

  /// How many bytes were sent or received, 0 if it would have to wait; the error is the reason why the conversation is
  /// over. What was not sent must come again, as the beginning of what is sent next.
  Result<std::size_t> send(std::string_view bytes);
  Result<std::size_t> receive(std::span<char> bytes);

  /// No more will be sent.
  void end_sending();

  /// What to await with poll(2) so that greet() or receive() and, if there is something to send, send() go on.
  short awaited(bool to_send) const {
    const auto sending = static_cast<short>(to_send ? POLLIN | POLLOUT : POLLIN);
    return tls_ ? awaited_by_tls(sending) : sending;
  }
  /// Whether to receive on before awaiting anything, which may never come.
  bool may_have_unread() const { return tls_ && tls_->may_have_unread(); }

  /// Whether receiving failed because the server ended the conversation in order.
  bool has_ended() const { return has_ended_; }
  /// Whether TLS failed, which another connection would not mend.
  bool is_refused() const { return tls_ && tls_->failure().tls_error != 0; }

  void close();

 private:
  explicit ClientSocket(int descriptor) : socket_(descriptor) {}

  short awaited_by_tls(short sending) const;
  Error failure(std::ptrdiff_t result);

  Descriptor socket_;
  std::unique_ptr<TlsChannel> tls_;
  bool has_ended_ = false;
};

}  // namespace herd::net
