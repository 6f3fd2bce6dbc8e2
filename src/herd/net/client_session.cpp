#include "herd/net/client_session.h"

#include <cassert>

#include "herd/net/peer_stream.h"

namespace herd::net {

namespace {

/// How much of what follows the last reply is taken, so that its reader gets to read it.
constexpr std::uint32_t discarded_max = 64 * 1024 * 1024;
/// After so many writes in a turn it is the turn of others, though there is more to say.
constexpr int writes_max = 4;

}  // namespace

ClientSession::Patience ClientSession::patience() const {
  switch (wait_) {
    case Wait::for_input:
      return stream_.is_greeting() ? Patience::greeting : patience_for_input();
    case Wait::for_room:
      return Patience::stalled;
    case Wait::for_end:
      return Patience::farewell;
    case Wait::for_answer:
    case Wait::for_owner:
    case Wait::for_nothing:
      break;
  }
  return Patience::endless;
}

ClientSession::Wait ClientSession::take_turn(Desk& desk) {
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
    case Wait::for_answer:
    case Wait::for_owner:
    case Wait::for_nothing:
      assert(false && "it waits for no socket");
  }
  return wait_;
}

ClientSession::Wait ClientSession::take_roused_turn(Desk& desk) {
  if (wait_ != Wait::for_input) return wait_;  // its turn comes without it
  if (stream_.may_have_unread()) wait_ = read(desk);
  // It may have been roused for more than that.
  if (wait_ == Wait::for_input) wait_ = converse(desk, go_on(desk));
  return wait_;
}

ClientSession::Wait ClientSession::take_late_turn(Desk& desk) {
  if (wait_ == Wait::for_room) on_stalled();
  const bool may_speak = wait_ == Wait::for_input && !stream_.is_greeting();
  wait_ = may_speak ? converse(desk, on_late_input(desk)) : Wait::for_nothing;
  return wait_;
}

ClientSession::Wait ClientSession::take_last_turn(Desk& desk) {
  if (stream_.is_greeting()) return wait_;
  if (stream_.has_unread()) {
    wait_ = read(desk);
  } else if (has_heard_) {
    wait_ = converse(desk, on_stopping(desk));
  }
  return wait_;
}

bool ClientSession::is_at_rest() const {
  const auto kind = patience();
  const bool is_over = kind == Patience::idle || kind == Patience::farewell;
  return kind == Patience::greeting || (is_over && !stream_.has_unread());
}

ClientSession::Wait ClientSession::take_answer(const std::function<Next(Desk&)>& step, Desk& desk) {
  wait_ = converse(desk, step(desk));
  return wait_;
}

ClientSession::Wait ClientSession::read(Desk& desk) {
  const bool greeted_before = !stream_.is_greeting();
  const auto count = stream_.read(desk.input);
  if (!greeted_before && !stream_.is_greeting()) on_greeted();
  if (count < 0) return fail(count, desk);
  const std::string_view bytes(desk.input.data(), static_cast<std::size_t>(count));
  if (!has_heard_) {
    has_heard_ = true;
    if (begins_tls(bytes)) return converse(desk, on_misunderstanding(true, desk));
  }
  if (count == 0) input_ended_ = true;
  return converse(desk, on_input(bytes, desk));
}

ClientSession::Wait ClientSession::fail(std::ptrdiff_t outcome, Desk& desk) {
  if (outcome == ClientStream::later) return Wait::for_input;
  if (outcome == ClientStream::no_tls) return converse(desk, on_misunderstanding(false, desk));
  if (const auto reason = stream_.failure(); !reason.empty()) on_tls_failure(reason);
  return Wait::for_nothing;
}

/// Sends what is on the desk, as far as the client takes it, and goes on.
ClientSession::Wait ClientSession::converse(Desk& desk, Next next) {
  for (int writes = 1;; ++writes) {
    if (!send(desk.replies)) return Wait::for_nothing;
    next_ = next;
    if (!unsent_.empty()) return Wait::for_room;
    switch (next) {
      case Next::input:
        return Wait::for_input;
      case Next::write:
        if (writes == writes_max) return Wait::for_room;
        next = go_on(desk);
        break;
      case Next::answer:
        return Wait::for_answer;
      case Next::leave:
        return Wait::for_owner;
      case Next::close:
        stream_.end_writing();
        return input_ended_ ? Wait::for_nothing : Wait::for_end;
      case Next::abort:
        return Wait::for_nothing;
    }
  }
}

/// Sends as much as the socket takes; the rest becomes unsent_. Leaves nothing for others on the desk. False if the
/// connection broke.
bool ClientSession::send(std::string& replies) {
  if (replies.empty()) return true;
  const auto count = stream_.write(replies);
  if (count == static_cast<std::ptrdiff_t>(replies.size())) {
    replies.clear();
    return true;
  }
  const bool is_open = count >= 0 || count == ClientStream::later;
  if (is_open) unsent_.swap(replies);
  sent_ = count < 0 ? 0 : static_cast<std::size_t>(count);
  replies.clear();
  return is_open;
}

ClientSession::Wait ClientSession::send_rest(Desk& desk) {
  if (!unsent_.empty()) {
    const auto count = stream_.write(std::string_view(unsent_).substr(sent_));
    if (count < 0) return count == ClientStream::later ? Wait::for_room : Wait::for_nothing;
    sent_ += static_cast<std::size_t>(count);
    if (count > 0) renew_patience();
    if (sent_ < unsent_.size()) return Wait::for_room;
    std::string().swap(unsent_);
  }
  const auto next = next_;
  return converse(desk, next == Next::write ? go_on(desk) : next);
}

ClientSession::Wait ClientSession::discard(Desk& desk) {
  const auto count = stream_.discard(desk.input);
  if (count <= 0) return count == ClientStream::later ? Wait::for_end : Wait::for_nothing;
  discarded_ += static_cast<std::uint32_t>(count);
  return discarded_ < discarded_max ? Wait::for_end : Wait::for_nothing;
}

}  // namespace herd::net
