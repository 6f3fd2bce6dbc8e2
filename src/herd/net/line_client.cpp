#include "herd/net/line_client.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <poll.h>
#include <unistd.h>
#include <utility>

namespace herd::net {

namespace {

constexpr std::size_t piece_bytes_max = 64 * 1024;

Error system_error(int error) {
  return {std::strerror(error)};
}

bool is_temporary(int error) {
  return error == EAGAIN || error == EINTR;
}

}  // namespace

Result<LineClient> LineClient::connect(const std::string& host, std::uint16_t port, Duration timeout) {
  auto socket = ClientSocket::connect(host, port, timeout);
  if (!socket) return socket.error();
  return LineClient(std::move(*socket));
}

Result<void> LineClient::send(std::string_view bytes, const OnReplies& on_replies) {
  return converse(-1, std::string(bytes), {}, on_replies);
}

Result<void> LineClient::send_from(int input, const OnInput& on_input, const OnReplies& on_replies) {
  return converse(input, {}, on_input, on_replies);
}

Result<void> LineClient::converse(int input, std::string pending, const OnInput& on_input,
                                  const OnReplies& on_replies) {
  bool sending = true;
  bool all_sent = true;
  std::string piece(piece_bytes_max, '\0');
  for (;;) {
    if (sending && pending.empty() && input < 0) {
      sending = false;
      socket_.end_sending();
    }
    const bool reading_input = sending && pending.empty();
    const auto events = socket_.awaited(!pending.empty());
    const bool has_unread = socket_.may_have_unread();
    std::array<pollfd, 2> waiting{{{.fd = socket_.descriptor(), .events = events, .revents = 0},
                                   {.fd = reading_input ? input : -1, .events = POLLIN, .revents = 0}}};
    if (poll(waiting.data(), waiting.size(), has_unread ? 0 : -1) < 0 && errno != EINTR) return system_error(errno);

    // Replies first: a server that refuses a line says why before it closes.
    if (waiting[0].revents != 0 || has_unread) {
      const auto received = socket_.receive(piece);
      if (received) {
        if (*received > 0) on_replies(std::string_view(piece).substr(0, *received));
      } else if (!socket_.has_ended()) {
        return received.error();
      } else if (sending || !all_sent) {
        return Error{"the server closed before it had read everything"};
      } else {
        return {};
      }
    }
    if (waiting[0].revents != 0 && !pending.empty()) {
      const auto sent = socket_.send(pending);
      if (sent) {
        pending.erase(0, *sent);
      } else {
        // What the server said before it closed may still be on its way to us.
        all_sent = false;
        pending.clear();
        input = -1;
      }
    }
    if (waiting[1].revents != 0) {
      const auto count = read(input, piece.data(), piece.size());
      if (count > 0) {
        pending.assign(piece, 0, static_cast<std::size_t>(count));
        on_input(pending);
      }
      if (count == 0) input = -1;
      if (count < 0 && !is_temporary(errno)) return system_error(errno);
    }
  }
}

}  // namespace herd::net
