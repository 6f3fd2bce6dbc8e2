#include "herd/net/line_sessions.h"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <exception>
#include <utility>

#include "herd/net/clock.h"

namespace herd::net {

namespace asio = boost::asio;

namespace {

/// A client whose line was too long gets its reply even if it is still sending; for so long it is listened to.
constexpr Duration drain_time = 2 * second;

constexpr ClientPoll::For polled_for(LineSession::Wait wait) {
  switch (wait) {
    case LineSession::Wait::for_input:
    case LineSession::Wait::for_end:
      return ClientPoll::For::input;
    case LineSession::Wait::for_room:
      return ClientPoll::For::room;
    case LineSession::Wait::for_places:  // the system would tell of a broken connection without end
    case LineSession::Wait::for_nothing:
      break;
  }
  return ClientPoll::For::nothing;
}

}  // namespace

LineSessions::LineSessions(EventLoop& loop, Services& services)
    : services_(services), context_(loop.context()), drain_timer_(context_), poll_(loop, *this) {}

void LineSessions::admit(Descriptor socket, std::string client_address) {
  count_.fetch_add(1, std::memory_order_relaxed);
  asio::dispatch(context_, [this, socket = std::move(socket), address = std::move(client_address)]() mutable {
    add(std::move(socket), std::move(address));
  });
}

void LineSessions::add(Descriptor socket, std::string client_address) {
  if (closed_) {
    count_.fetch_sub(1, std::memory_order_relaxed);
    return;
  }
  auto& member = open_.emplace_back(std::move(socket), services_, std::move(client_address));
  member.place = std::prev(open_.end());
  if (!poll_.watch(member.session.socket(), ClientPoll::For::nothing, ClientPoll::For::input, &member)) end(member);
}

void LineSessions::on_ready(void* client) {
  auto& member = *static_cast<Member*>(client);
  const auto before = member.session.waits();
  const auto next = attempt([&] { return member.session.take_turn(desk_); });
  if (next != before) wait_for(member, before, next);
}

/// What the session waits for after the step. One that throws, for want of memory most likely, ends the conversation of
/// this client and of nobody else.
template <class Step>
LineSession::Wait LineSessions::attempt(const Step& step) {
  try {
    return step();
  } catch (const std::exception&) {
    desk_.replies.clear();
    return LineSession::Wait::for_nothing;
  }
}

void LineSessions::wait_for(Member& member, LineSession::Wait before, LineSession::Wait next) {
  if (next == LineSession::Wait::for_nothing ||
      !poll_.watch(member.session.socket(), polled_for(before), polled_for(next), &member)) {
    end(member);
  } else if (next == LineSession::Wait::for_places) {
    look_up_places(member);
  } else if (next == LineSession::Wait::for_end) {
    drain(member);
  }
}

void LineSessions::look_up_places(Member& member) {
  // This may be gone when the answers come, but not the loop, which calls nothing any more once it has ended.
  auto on_found = [this, &member, &context = context_](std::vector<std::string> answers) {
    asio::post(context,
               [this, &member, answers = std::move(answers)]() mutable { on_places(member, std::move(answers)); });
  };
  try {
    services_.places.find_nearby(member.session.take_questions(), std::move(on_found));
  } catch (const std::exception&) {
    end(member);
  }
}

void LineSessions::on_places(Member& member, std::vector<std::string> answers) {
  if (closed_) return;  // and the member is gone, which otherwise waits for nothing but this
  const auto next = attempt([&] {
    return answers.empty() ? LineSession::Wait::for_nothing : member.session.take_places(std::move(answers), desk_);
  });
  wait_for(member, LineSession::Wait::for_places, next);
  on_round_end();
}

void LineSessions::drain(Member& member) {
  member.drained_until = steady_now() + drain_time;
  draining_.splice(draining_.end(), open_, member.place);
  if (draining_.size() == 1) end_drained();
}

/// Ends those that had their time, and comes back for the next.
void LineSessions::end_drained() {
  while (!draining_.empty() && draining_.front().drained_until <= steady_now()) end(draining_.front());
  if (draining_.empty()) return;
  using Clock = std::chrono::steady_clock;
  drain_timer_.expires_at(Clock::time_point(std::chrono::nanoseconds(draining_.front().drained_until)));
  drain_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) end_drained();
  });
}

void LineSessions::end(Member& member) {
  auto& members = member.drained_until == 0 ? open_ : draining_;
  members.erase(member.place);
  count_.fetch_sub(1, std::memory_order_relaxed);
}

void LineSessions::close() {
  asio::dispatch(context_, [this] { close_all(); });
}

void LineSessions::close_all() {
  closed_ = true;
  poll_.close();
  drain_timer_.cancel();
  const auto end_all = [this](Members& members) {
    while (!members.empty()) end(members.front());
  };
  end_all(open_);
  end_all(draining_);
}

}  // namespace herd::net
