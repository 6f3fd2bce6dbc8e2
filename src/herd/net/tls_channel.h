#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct ssl_st;      // OpenSSL's
struct ssl_ctx_st;  // OpenSSL's

namespace herd::net {

/// TLS over a socket that does not block, for either side: no call waits. Reading and writing go through with the
/// handshake by themselves. Whose certificates are good is the context's matter, what is said here the caller's.
class TlsChannel {
 public:
  enum class Role : std::uint8_t { connects, accepts };
  enum class Awaits : std::uint8_t { input, room };

  /// What a call comes to if no bytes went; 0: the other side has ended the conversation.
  static constexpr std::ptrdiff_t later = -1;   ///< again, once the socket is ready for what the call awaits
  static constexpr std::ptrdiff_t broken = -2;  ///< for ever; see failure()

  /// Why the channel is broken.
  struct Failure {
    int system_error = 0;         ///< errno, if the connection itself broke; 0 also if the other side just went
    unsigned long tls_error = 0;  ///< OpenSSL's first code, if TLS broke; else 0
    std::string tls_reason;       ///< OpenSSL's words for its last one
  };

  /// The socket outlives it. Throws std::bad_alloc.
  TlsChannel(ssl_ctx_st* context, int socket, Role role);

  /// Above 0: is completed.
  std::ptrdiff_t handshake();
  bool is_greeting() const;

  /// How many bytes came, of as many TLS records as there were and the buffer holds.
  std::ptrdiff_t read(std::span<char> buffer);

  /// How many bytes went, never 0 of some. What did not go must come again, as the beginning of the next write.
  std::ptrdiff_t write(std::string_view bytes);

  /// Says, if there is room, that no more will be written.
  void end_writing();

  /// What a handshake or a read awaits that is to come again, and a write.
  Awaits read_awaits() const { return read_awaits_; }
  Awaits write_awaits() const { return write_awaits_; }

  /// Whether to read on before awaiting the socket, which may never be readable again.
  bool may_have_unread() const { return may_have_unread_; }

  const Failure& failure() const { return failure_; }

  ssl_st* handle() const { return ssl_.get(); }

 private:
  struct Free {
    void operator()(ssl_st* ssl) const;
  };

  std::ptrdiff_t outcome(int result, Awaits& awaits);

  std::unique_ptr<ssl_st, Free> ssl_;
  bool may_have_unread_ = false;
  Awaits read_awaits_ = Awaits::input;
  Awaits write_awaits_ = Awaits::room;
  std::ptrdiff_t read_ended_ = later;  // found behind what was read, and told by the next read
  Failure failure_;
};

}  // namespace herd::net
