#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "herd/base/result.h"
#include "herd/base/time.h"
#include "herd/net/client_socket.h"

namespace herd::net {

/// A blocking client of a server's line port.
class LineClient {
 public:
  /// Called with each piece of the input before it is sent.
  using OnInput = std::function<void(std::string_view bytes)>;
  /// Called with each piece of the replies as it arrives.
  using OnReplies = std::function<void(std::string_view bytes)>;

  /// Connects, trying each address of the host for `timeout`. The error is the reason alone: "Connection refused".
  static Result<LineClient> connect(const std::string& host, std::uint16_t port, Duration timeout);

  /// Before anything is sent: see ClientSocket.
  Result<void> start_tls(const ServerTrust& trust, const std::string& host, Duration timeout) {
    return socket_.start_tls(trust, host, timeout);
  }

  /// Sends `bytes`, half-closes, and returns when the server has closed. It is an error if it closed before all was
  /// sent, or broke off; whether it answered everything is for the caller to see.
  Result<void> send(std::string_view bytes, const OnReplies& on_replies);

  /// The same with what can be read from the file descriptor until its end, sent as it comes.
  Result<void> send_from(int input, const OnInput& on_input, const OnReplies& on_replies);

 private:
  explicit LineClient(ClientSocket socket) : socket_(std::move(socket)) {}

  Result<void> converse(int input, std::string pending, const OnInput& on_input, const OnReplies& on_replies);

  ClientSocket socket_;
};

}  // namespace herd::net
