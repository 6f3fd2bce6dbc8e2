#include "herd/net/client_sessions.h"

#include <algorithm>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <exception>
#include <utility>

namespace herd::net {

namespace asio = boost::asio;

using Wait = ClientSession::Wait;
using Patience = ClientSession::Patience;

namespace {

/// Then it is the turn of clients that speak: a live feed may have hundreds woken at once.
constexpr std::size_t roused_at_once = 8;

constexpr ClientPoll::For polled_for(Wait wait) {
  switch (wait) {
    case Wait::for_input:
    case Wait::for_end:
      return ClientPoll::For::input;
    case Wait::for_room:
      return ClientPoll::For::room;
    case Wait::for_owner:
    case Wait::for_answer:  // the system would tell of a broken connection without end
    case Wait::for_nothing:
      break;
  }
  return ClientPoll::For::nothing;
}

}  // namespace

ClientSessions::ClientSessions(EventLoop& loop, const Limits& limits, std::function<void()> on_round_end, Make make)
    : context_(loop.context()),
      tick_every_(limits.tick),
      unsent_bytes_max_(limits.unsent_bytes),
      on_round_end_(std::move(on_round_end)),
      make_(std::move(make)),
      ticker_(context_),
      poll_(loop, *this) {
  // Whoever comes between two ticks comes at the first of them.
  const auto ticks = [&](Duration limit) {
    return limit == 0 ? 0 : static_cast<std::uint32_t>((limit + limits.tick - 1) / limits.tick) + 1;
  };
  limits_ = {0,
             ticks(limits.greeting),
             ticks(limits.head),
             ticks(limits.body),
             ticks(limits.idle),
             ticks(limits.stalled),
             ticks(limits.farewell)};
  wait_for_tick();
}

ClientSessions::~ClientSessions() {
  *is_gone_ = true;
  close_all();
}

void ClientSessions::admit(Descriptor socket, std::optional<ClientTls> tls, std::string client_address) {
  count_.fetch_add(1, std::memory_order_relaxed);
  asio::dispatch(context_, [this, socket = std::move(socket), tls = std::move(tls),
                            address = std::move(client_address)]() mutable {
    add(make(std::move(socket), tls, std::move(address)));
  });
}

void ClientSessions::admit(std::unique_ptr<ClientSession> session) {
  count_.fetch_add(1, std::memory_order_relaxed);
  asio::dispatch(context_, [this, session = std::move(session)]() mutable { add(std::move(session)); });
}

/// Null if there is no memory for it.
std::unique_ptr<ClientSession> ClientSessions::make(Descriptor socket, const std::optional<ClientTls>& tls,
                                                    std::string client_address) const {
  try {
    return make_(tls ? ClientStream(std::move(socket), *tls) : ClientStream(std::move(socket)),
                 std::move(client_address));
  } catch (const std::exception&) {
    return nullptr;
  }
}

void ClientSessions::add(std::unique_ptr<ClientSession> made) {
  if (!made || closed_) {
    count_.fetch_sub(1, std::memory_order_relaxed);
    return;
  }
  auto& session = *made.release();
  session.listed_as_ = session.patience();
  session.listed_at_ = tick_;
  list_of(session).push_back(session);
  settle(session, session.waits());
}

void ClientSessions::on_ready(void* client) {
  auto& session = *static_cast<ClientSession*>(client);
  attempt(session, [&] { return session.take_turn(desk_); });
}

/// Lets the session take a step. One that throws, for want of memory most likely, ends the conversation of this client
/// and of nobody else.
template <class Step>
void ClientSessions::attempt(ClientSession& session, const Step& step) {
  const auto unsent_before = session.unsent_bytes();
  auto next = Wait::for_nothing;
  try {
    next = step();
  } catch (const std::exception&) {
    desk_.replies.clear();
  }
  unsent_bytes_ += session.unsent_bytes() - unsent_before;
  settle(session, next);
}

/// Waits for what the session waits for.
void ClientSessions::settle(ClientSession& session, Wait next) {
  if (next == Wait::for_nothing) return end(session);
  const auto wanted = session.stream_.awaited(polled_for(next));
  if (wanted != session.polled_for_) {
    if (!poll_.watch(session.stream_.socket(), session.polled_for_, wanted, &session)) return end(session);
    session.polled_for_ = wanted;
  }
  if (next == Wait::for_owner) return hand_over(session);
  enlist(session);
  if (next == Wait::for_answer) return ask(session);
  if (next == Wait::for_input && session.stream_.may_have_unread()) rouse(session);
}

void ClientSessions::enlist(ClientSession& session) {
  const auto patience = session.patience();
  const bool is_fresh = std::exchange(session.is_patience_fresh_, false) && session.listed_at_ != tick_;
  if (patience == session.listed_as_ && !is_fresh) return;
  auto& from = list_of(session);
  session.listed_as_ = patience;
  session.listed_at_ = tick_;
  auto& to = list_of(session);
  to.splice(to.end(), from, Sessions::s_iterator_to(session));
}

void ClientSessions::ask(ClientSession& session) {
  // This may be gone when the answer comes, or is given up, and so may the loop after it.
  auto bring = [this, &session, &context = context_,
                is_gone = is_gone_](std::function<ClientSession::Next(ClientSession::Desk&)> step) {
    if (*is_gone) return;
    asio::post(context, [this, &session, step = std::move(step)] { on_answer(session, step); });
  };
  try {
    session.ask(std::move(bring));
  } catch (const std::exception&) {
    end(session);
  }
}

/// Whoever has it from now on counts it before it is counted here no more.
void ClientSessions::hand_over(ClientSession& session) {
  try {
    session.hand_over();
  } catch (const std::exception&) {
    return end(session);  // no memory: closed
  }
  end(session);
}

void ClientSessions::on_answer(ClientSession& session,
                               const std::function<ClientSession::Next(ClientSession::Desk&)>& step) {
  if (closed_) return;  // and the session is gone, which otherwise waits for nothing but this
  attempt(session, [&] { return session.take_answer(step, desk_); });
  on_round_end();
}

void ClientSessions::rouse(ClientSession& session) {
  if (session.is_roused_) return;
  if (roused_.empty()) asio::post(context_, [this] { serve_roused(); });
  roused_.push_back(&session);
  session.is_roused_ = true;
}

void ClientSessions::serve_roused() {
  if (closed_) return;
  const auto count = std::min(roused_.size(), roused_at_once);
  for (std::size_t i = 0; i < count; ++i) {
    if (roused_[i] == nullptr) continue;
    auto& session = *std::exchange(roused_[i], nullptr);
    session.is_roused_ = false;
    attempt(session, [&] { return session.take_roused_turn(desk_); });
  }
  // Those that are left, and those that were roused meanwhile.
  roused_.erase(roused_.begin(), roused_.begin() + static_cast<std::ptrdiff_t>(count));
  if (!roused_.empty()) asio::post(context_, [this] { serve_roused(); });
  on_round_end();
}

/// Between turns: whoever is given up may have been about to have one.
void ClientSessions::on_round_end() {
  if (unsent_bytes_ > unsent_bytes_max_) give_up_who_does_not_read();
  on_round_end_();
}

/// Their list is in the order in which they last took something.
void ClientSessions::give_up_who_does_not_read() {
  auto& stalled = lists_[static_cast<std::size_t>(Patience::stalled)];
  while (unsent_bytes_ > unsent_bytes_max_ && !stalled.empty()) {
    end(stalled.front());
    ++given_up_;
  }
}

void ClientSessions::wait_for_tick() {
  ticker_.expires_after(std::chrono::nanoseconds(tick_every_));
  ticker_.async_wait([this](const boost::system::error_code& error) {
    if (!error) on_tick();
  });
}

void ClientSessions::on_tick() {
  if (closed_) return;
  ++tick_;
  for (std::size_t kind = 0; kind < lists_.size(); ++kind) {
    if (limits_[kind] == 0) continue;
    auto& list = lists_[kind];
    while (!list.empty() && tick_ - list.front().listed_at_ >= limits_[kind]) {
      auto& session = list.front();
      attempt(session, [&] { return session.take_late_turn(desk_); });
      // Its patience is another or fresh, or it is gone; were it not, this would go on for ever.
    }
  }
  wait_for_tick();
}

void ClientSessions::end(ClientSession& session) {
  const std::unique_ptr<ClientSession> owned(&session);
  if (session.is_roused_) *std::ranges::find(roused_, &session) = nullptr;
  auto& list = list_of(session);
  list.erase(Sessions::s_iterator_to(session));
  unsent_bytes_ -= session.unsent_bytes();
  count_.fetch_sub(1, std::memory_order_relaxed);
}

void ClientSessions::drain() {
  asio::dispatch(context_, [this] { end_those_at_rest(); });
}

void ClientSessions::end_those_at_rest() {
  if (closed_) return;
  desk_.is_stopping = true;
  std::vector<ClientSession*> waiting;  // their turns move them from list to list
  for (auto& list : lists_) {
    for (auto& session : list) {
      if (session.waits() == Wait::for_input) waiting.push_back(&session);
    }
  }
  for (auto* const session : waiting) {
    attempt(*session, [&] { return session->take_last_turn(desk_); });
  }
  on_round_end_();
  std::size_t at_rest = 0;
  for (const auto& list : lists_) {
    at_rest += static_cast<std::size_t>(std::ranges::count_if(list, &ClientSession::is_at_rest));
  }
  at_rest_ = at_rest;
}

void ClientSessions::close() {
  asio::dispatch(context_, [this] { close_all(); });
}

void ClientSessions::close_all() {
  if (std::exchange(closed_, true)) return;
  poll_.close();
  ticker_.cancel();
  for (auto& list : lists_) {
    while (!list.empty()) end(list.front());
  }
}

}  // namespace herd::net
