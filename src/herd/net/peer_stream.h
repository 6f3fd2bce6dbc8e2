#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "herd/base/result.h"
#include "herd/net/peer_tls.h"

namespace herd::net {

/// Whether these first bytes are those of a TLS connection, and not of one of ours without it.
constexpr bool begins_tls(std::string_view bytes) {
  return bytes.starts_with("\x16\x03");
}

/// A connection between two servers, plain or TLS: the same calls for both. Reading and writing never wait; wait on
/// the socket when nothing could be read or written. It may be moved while nobody waits on it.
class PeerStream {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  enum class Role { dials, accepts };

  /// Closed; to be assigned to.
  explicit PeerStream(boost::asio::io_context& context);

  /// On a connected, non-blocking socket. TLS if `tls` is not null, which is needed here only.
  PeerStream(Socket socket, const PeerTls* tls, Role role);

  PeerStream(PeerStream&&) noexcept;
  PeerStream& operator=(PeerStream&&) noexcept;
  ~PeerStream();

  /// To be awaited before all else; nothing to do if plain. The error says in words of the log what is wrong with the
  /// other side, such as its certificate.
  boost::asio::awaitable<Result<void>> handshake();

  /// Whether the other side has proved to be the server of this id. Plain connections prove nothing and pass.
  Result<void> check_name(std::string_view id) const;

  /// Reads what is there; 0 if nothing is.
  Result<std::size_t> read_some(std::span<char> buffer);

  /// Whether to read on before waiting for the socket, which may never be readable again.
  bool may_have_unread() const;

  /// Sends what there is room for; 0 if there is none. What was not sent must come again, as the beginning of the next
  /// write.
  Result<std::size_t> write_some(std::string_view bytes);

  Socket& socket() { return socket_; }
  const Socket& socket() const { return socket_; }
  bool is_open() const { return socket_.is_open(); }

  /// Without farewell. Whoever waits on the socket sees an error.
  void close();

 private:
  struct Tls;

  Socket socket_;
  std::unique_ptr<Tls> tls_;
};

}  // namespace herd::net
