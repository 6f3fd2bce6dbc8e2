#pragma once

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "herd/base/shared_count.h"
#include "herd/net/client_poll.h"
#include "herd/net/client_session.h"
#include "herd/net/client_tls.h"

namespace herd::net {

/// The connections of one protocol's clients on one event loop. What is not said to be for any thread is for the loop's
/// own.
class ClientSessions : private ClientPoll::Handler {
 public:
  /// How long clients may take. 0: as long as they like. Looked at once a tick, so it may be two ticks more.
  struct Limits {
    Duration tick = second;
    Duration greeting = 10 * second;
    Duration head = 10 * second;
    Duration body = 10 * second;
    Duration idle = 60 * second;
    Duration stalled = 60 * second;
    Duration farewell = 2 * second;
    /// Of all of them together: while they keep more unsent, who has taken nothing for the longest is given up.
    std::size_t unsent_bytes = std::size_t{128} << 20U;
  };

  /// The session of a new connection.
  using Make = std::function<std::unique_ptr<ClientSession>(ClientStream stream, std::string client_address)>;

  /// `on_round_end` is called after each round of turns. `make`: null if only sessions that are made are admitted. The
  /// loop must outlive it.
  ClientSessions(EventLoop& loop, const Limits& limits, std::function<void()> on_round_end, Make make);
  ~ClientSessions() override;

  /// Serves a connection from now on, TLS if there is some. From any thread.
  void admit(Descriptor socket, std::optional<ClientTls> tls, std::string client_address);

  /// Serves a session that was begun elsewhere. From any thread.
  void admit(std::unique_ptr<ClientSession> session);

  /// Lets a session go on that waits for input, though there is none: soon, on the loop.
  void rouse(ClientSession& session);

  /// The server is stopping: requests that have begun are answered, and connections with nothing under way are closed.
  /// To be called again and again until is_drained(). From any thread.
  void drain();
  /// Nothing was under way when drain() looked last, and nobody has come since. From any thread.
  bool is_drained() const { return at_rest_.load(std::memory_order_relaxed) == count(); }

  /// Closes all connections and takes no more. From any thread.
  void close();

  /// Those that are open or on their way to the loop. From any thread.
  std::size_t count() const { return count_.load(std::memory_order_relaxed); }
  /// Those that were closed for Limits::unsent_bytes. From any thread.
  std::uint64_t given_up() const { return given_up_; }

 private:
  using Sessions = boost::intrusive::list<ClientSession>;

  std::unique_ptr<ClientSession> make(Descriptor socket, const std::optional<ClientTls>& tls,
                                      std::string client_address) const;
  void add(std::unique_ptr<ClientSession> made);
  void on_ready(void* client) override;
  void on_round_end() override;
  template <class Step>
  void attempt(ClientSession& session, const Step& step);
  void settle(ClientSession& session, ClientSession::Wait next);
  void enlist(ClientSession& session);
  void ask(ClientSession& session);
  void hand_over(ClientSession& session);
  void on_answer(ClientSession& session, const std::function<ClientSession::Next(ClientSession::Desk&)>& step);
  void serve_roused();
  void end_those_at_rest();
  void give_up_who_does_not_read();
  void wait_for_tick();
  void on_tick();
  void end(ClientSession& session);
  void close_all();
  Sessions& list_of(const ClientSession& session) { return lists_[static_cast<std::size_t>(session.listed_as_)]; }

  boost::asio::io_context& context_;
  const Duration tick_every_;
  std::array<std::uint32_t, ClientSession::patience_kinds> limits_;  // ticks; 0: none
  const std::size_t unsent_bytes_max_;
  std::function<void()> on_round_end_;
  Make make_;
  std::size_t unsent_bytes_ = 0;  // of all sessions
  SharedCount given_up_;
  std::atomic<std::size_t> count_ = 0;
  std::atomic<std::size_t> at_rest_ = std::numeric_limits<std::size_t>::max();  // when drain() looked
  std::array<Sessions, ClientSession::patience_kinds> lists_;  // by patience; those with a limit: the oldest first
  std::uint32_t tick_ = 0;
  std::vector<ClientSession*> roused_;
  ClientSession::Desk desk_;
  std::shared_ptr<std::atomic<bool>> is_gone_ = std::make_shared<std::atomic<bool>>(false);
  bool closed_ = false;
  boost::asio::steady_timer ticker_;
  ClientPoll poll_;
};

}  // namespace herd::net
