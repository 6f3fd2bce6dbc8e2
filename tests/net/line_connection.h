#pragma once

#include <array>
#include <cerrno>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <utility>

#include "herd/base/time.h"
#include "herd/net/client_socket.h"

namespace herd::net {

/// A client of a line port, played by a test. Nothing takes longer than 10 s: it throws instead.
class LineConnection {
 public:
  /// `address` is "127.0.0.1:12000".
  explicit LineConnection(const std::string& address)
      : socket_(ClientSocket::connect(address.substr(0, address.find(':')),
                                      static_cast<std::uint16_t>(std::stoi(address.substr(address.find(':') + 1))),
                                      patience)
                    .value()) {}

  void say(std::string_view bytes) {
    if (!try_to_say(bytes)) finish_saying(bytes);
  }

  /// False if the server does not read: then finish_saying() is to come, with the same bytes.
  bool try_to_say(std::string_view bytes) {
    said_ += socket_.send(bytes.substr(said_)).value();
    if (said_ < bytes.size()) return false;
    said_ = 0;
    return true;
  }
  void finish_saying(std::string_view bytes) {
    while (!try_to_say(bytes)) await(POLLOUT);
  }

  void half_close() { ::shutdown(socket_.descriptor(), SHUT_WR); }

  /// Goes without a farewell.
  void reset() {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_.descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    socket_.close();
  }

  /// What comes up to and with `end`, no further.
  std::string read_to(std::string_view end) {
    for (;;) {
      if (const auto found = heard_.find(end); found != std::string::npos) {
        const auto rest = heard_.substr(found + end.size());
        heard_.resize(found + end.size());
        return std::exchange(heard_, rest);
      }
      if (!hear()) throw std::runtime_error("closed after: " + heard_);
    }
  }
  std::string read_to_end() {
    while (hear()) continue;
    return std::exchange(heard_, {});
  }

 private:
  static constexpr Duration patience = 10 * second;

  void await(short event) const {
    pollfd waiting{.fd = socket_.descriptor(), .events = event, .revents = 0};
    if (::poll(&waiting, 1, static_cast<int>(patience / millisecond)) != 1) {
      throw std::runtime_error("nothing came in 10 s after: " + heard_);
    }
  }

  /// False at the end, be it a reset.
  bool hear() {
    await(POLLIN);
    std::array<char, 64 * 1024> piece;
    const auto count = ::recv(socket_.descriptor(), piece.data(), piece.size(), 0);
    if (count < 0 && errno == EINTR) return true;
    if (count <= 0) return false;
    heard_.append(piece.data(), static_cast<std::size_t>(count));
    return true;
  }

  ClientSocket socket_;
  std::size_t said_ = 0;  // of the bytes to be finished
  std::string heard_;     // that nobody has read
};

}  // namespace herd::net
