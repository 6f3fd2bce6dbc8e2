#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <string>

namespace herd::net {

/// A listening socket. Accepts for ever; when descriptors run out it pauses and tries again.
class Listener {
 public:
  using Socket = boost::asio::ip::tcp::socket;

  /// Throws std::runtime_error naming `purpose`, the address and the reason, such as a port in use.
  Listener(boost::asio::io_context& context, const std::string& purpose, const std::string& host, std::uint16_t port);

  /// Calls `on_socket` with each connection (non-blocking, no Nagle delay, keep-alive) until close(). Must be awaited,
  /// or spawned by an owner that outlives it.
  boost::asio::awaitable<void> accept(std::function<void(Socket)> on_socket);

  /// "127.0.0.1:12000", with the port really bound.
  std::string address() const;
  void close();

 private:
  boost::asio::ip::tcp::acceptor acceptor_;
};

/// "127.0.0.1:53412", "[::1]:53412", or "unknown" if the connection is gone.
std::string remote_address(const boost::asio::ip::tcp::socket& socket);

}  // namespace herd::net
