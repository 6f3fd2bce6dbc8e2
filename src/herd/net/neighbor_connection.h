#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <random>
#include <string>

#include "herd/flood/backoff.h"
#include "herd/net/neighbor_link.h"
#include "herd/net/peer_stream.h"
#include "herd/net/wake_signal.h"

namespace herd::net {

/// The inside of a NeighborLink: the coroutines on its socket.
struct NeighborLink::Connection {
  template <class T>
  using Awaitable = boost::asio::awaitable<T>;

  Connection(EventLoop& loop, const Options& the_options, flood::Link& the_link, LogFile& the_log,
             std::function<void()> accepted, std::uint64_t seed);

  /// Takes over a connection that the neighbour opened, on which `received` came, beginning with a valid hello.
  /// The one there was is pinged first: if it answers, the newcomer is no neighbour of ours, which has one connection
  /// only, but another server of its name or a hello that somebody recorded. Returns the reason of a refusal; the
  /// newcomer is then as it was, and must outlive the call.
  Awaitable<std::optional<std::string>> adopt(PeerStream& newcomer, std::string received);

  Awaitable<void> run();
  void close(std::string_view reason);
  void wake_from_anywhere();

  flood::Link& link;
  WakeSignal wake;
  Status status;

 private:
  Awaitable<void> keep_dialling();
  Awaitable<void> keep_accepting();
  Awaitable<std::string> connect();
  Awaitable<std::string> dial();
  Awaitable<void> converse(std::string received);
  Awaitable<std::string> read();
  Awaitable<std::string> write();
  Awaitable<std::string> watch();
  std::optional<std::string> take(std::string_view bytes);
  void note_if_up();
  void set_status(State state, std::string reason);

  struct Newcomer {
    PeerStream stream;
    std::string received;
  };

  boost::asio::io_context& context_;
  std::atomic<bool> wake_posted_ = false;
  Options options_;
  LogFile& log_;
  std::function<void()> on_accepted_;
  flood::Backoff backoff_;
  std::minstd_rand random_;
  PeerStream stream_;
  bool conversing_ = false;
  bool closed_ = false;
  std::string close_reason_;
  std::optional<Newcomer> newcomer_;
  WakeSignal newcomer_came_;
  boost::asio::steady_timer pause_;
  std::string output_;
};

}  // namespace herd::net
