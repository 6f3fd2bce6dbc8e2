#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <utility>

#include "herd/net/client_poll.h"
#include "herd/net/descriptor.h"
#include "herd/net/tls_channel.h"

namespace herd::net {

class ClientTls;

/// A client's connection, plain or TLS: the same calls for both, none of which waits. A plain one costs a test more
/// than its socket.
class ClientStream {
 public:
  /// What reading or writing comes to if no bytes went.
  static constexpr std::ptrdiff_t later = TlsChannel::later;    ///< again, once the socket is ready for awaited()
  static constexpr std::ptrdiff_t broken = TlsChannel::broken;  ///< for ever; failure() says why, if TLS is why
  static constexpr std::ptrdiff_t no_tls = -3;  ///< the client does not speak TLS, and the stream is plain from now on

  /// A plain one. `socket` does not block.
  explicit ClientStream(Descriptor socket);
  /// TLS, on which the client begins the handshake; reading goes through with it. Throws std::bad_alloc.
  ClientStream(Descriptor socket, const ClientTls& tls);

  int socket() const { return socket_.number(); }

  /// How many bytes came; 0: no more will.
  std::ptrdiff_t read(std::span<char> buffer) {
    return tls_ ? read_tls(buffer) : outcome(::recv(socket(), buffer.data(), buffer.size(), 0));
  }

  /// How many bytes went. What did not go must come again, as the beginning of the next write.
  std::ptrdiff_t write(std::string_view bytes) {
    return tls_ ? tls_->write(bytes) : outcome(::send(socket(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
  }

  /// No more will be written.
  void end_writing();

  /// Takes what comes off the socket, whatever it is, once writing has ended.
  std::ptrdiff_t discard(std::span<char> buffer) const {
    return outcome(::recv(socket(), buffer.data(), buffer.size(), 0));
  }

  /// What to await on the socket so that reading (input) or writing (room) goes on.
  ClientPoll::For awaited(ClientPoll::For wanted) const { return tls_ ? awaited_by_tls(wanted) : wanted; }

  /// Whether to read on before awaiting the socket, which may never be readable again.
  bool may_have_unread() const { return tls_ && tls_->may_have_unread(); }

  /// Whether there may be input by now that was not read.
  bool has_unread() const;

  /// Whether a TLS handshake is yet to be completed.
  bool is_greeting() const { return tls_ && tls_->is_greeting(); }

  /// The common name of the certificate that the client showed and that was verified; empty if it showed none.
  std::string client_certificate() const;

  /// Why TLS is broken; empty if it is not, or if the client just went.
  std::string failure() const;

 private:
  static std::ptrdiff_t outcome(ssize_t count) {
    if (count >= 0) return count;
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? later : broken;
  }
  std::ptrdiff_t read_tls(std::span<char> buffer);
  bool expects_first_byte(std::ptrdiff_t& instead);
  ClientPoll::For awaited_by_tls(ClientPoll::For wanted) const;

  Descriptor socket_;
  std::unique_ptr<TlsChannel> tls_;
  bool has_begun_ = false;  // TLS: the first byte of it has come
};

}  // namespace herd::net
