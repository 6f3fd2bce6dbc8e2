#include "herd/net/line_session.h"

#include <cassert>
#include <cerrno>
#include <sys/socket.h>
#include <utility>

#include "herd/net/clock.h"

namespace herd::net {

using protocols::LineProtocol;

namespace {

/// How much of what follows a line that was too long is taken, so that its sender gets to read the reply.
constexpr std::uint32_t discarded_max = 64 * 1024 * 1024;

bool is_for_later(ssize_t result) {
  return result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
}

}  // namespace

LineSession::Wait LineSession::take_turn(Desk& desk) {
  switch (wait_) {
    case Wait::for_input:
      wait_ = read(desk);
      break;
    case Wait::for_room:
      wait_ = send_rest(desk);
      break;
    case Wait::for_end:
      wait_ = discard(desk);
      break;
    case Wait::for_places:
    case Wait::for_nothing:
      assert(false && "it waits for no socket");
  }
  return wait_;
}

LineSession::Wait LineSession::read(Desk& desk) {
  const auto count = ::recv(socket(), desk.input.data(), desk.input.size(), 0);
  if (count < 0) return is_for_later(count) ? Wait::for_input : Wait::for_nothing;
  received_at_ = wall_now();
  if (count == 0) {
    input_ended_ = true;
    protocol_.end_of_input();
  }
  protocol_.push({desk.input.data(), static_cast<std::size_t>(count)});
  return converse(desk);
}

/// Answers what came, as far as the client takes the answers.
LineSession::Wait LineSession::converse(Desk& desk) {
  do {
    next_ = protocol_.advance(received_at_, desk.replies);
    // Others take their turns on the desk while this one waits.
    protocol_.keep();
    if (!send(desk.replies)) return Wait::for_nothing;
    if (!unsent_.empty()) return Wait::for_room;
  } while (next_ == LineProtocol::Next::write);
  return go_on(desk);
}

/// What there was to say is sent.
LineSession::Wait LineSession::go_on(Desk& desk) {
  switch (next_) {
    case LineProtocol::Next::input:
      return Wait::for_input;
    case LineProtocol::Next::write:
      return converse(desk);
    case LineProtocol::Next::places:
      return Wait::for_places;
    case LineProtocol::Next::close:
      break;
  }
  if (input_ended_) return Wait::for_nothing;
  ::shutdown(socket(), SHUT_WR);
  return Wait::for_end;
}

LineSession::Wait LineSession::take_places(std::vector<std::string> answers, Desk& desk) {
  protocol_.answer_places(std::move(answers));
  wait_ = converse(desk);
  return wait_;
}

/// Sends as much as the socket takes; the rest becomes unsent_. Leaves nothing for others on the desk. False if the
/// connection broke.
bool LineSession::send(std::string& replies) {
  if (replies.empty()) return true;
  const auto count = ::send(socket(), replies.data(), replies.size(), MSG_NOSIGNAL);
  if (count == static_cast<ssize_t>(replies.size())) {
    replies.clear();
    return true;
  }
  const bool is_open = count >= 0 || is_for_later(count);
  if (is_open) unsent_.swap(replies);
  sent_ = count < 0 ? 0 : static_cast<std::size_t>(count);
  replies.clear();
  return is_open;
}

LineSession::Wait LineSession::send_rest(Desk& desk) {
  const auto count = ::send(socket(), unsent_.data() + sent_, unsent_.size() - sent_, MSG_NOSIGNAL);
  if (count < 0) return is_for_later(count) ? Wait::for_room : Wait::for_nothing;
  sent_ += static_cast<std::size_t>(count);
  if (sent_ < unsent_.size()) return Wait::for_room;
  std::string().swap(unsent_);
  return go_on(desk);
}

LineSession::Wait LineSession::discard(Desk& desk) {
  const auto count = ::recv(socket(), desk.input.data(), desk.input.size(), 0);
  if (count <= 0) return is_for_later(count) ? Wait::for_end : Wait::for_nothing;
  discarded_ += static_cast<std::uint32_t>(count);
  return discarded_ < discarded_max ? Wait::for_end : Wait::for_nothing;
}

}  // namespace herd::net
