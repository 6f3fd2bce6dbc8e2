#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <functional>
#include <list>
#include <string>
#include <vector>

#include "herd/net/client_poll.h"
#include "herd/net/line_session.h"
#include "herd/places/provider.h"
#include "herd/protocols/herd.h"

namespace herd::net {

/// The line protocol's connections on one event loop. What is not said to be for any thread is for the loop's own.
class LineSessions : private ClientPoll::Handler {
 public:
  /// What the sessions of all loops share, from the loops' threads.
  struct Services {
    protocols::Herd& herd;
    TrafficLog& log;
    std::size_t line_bytes_max;
    places::Provider& places;
    std::function<void()> on_turn_end;  ///< after each round of turns of a loop
  };

  /// Both must outlive it, and the loop also the services' places, which may answer when it is gone.
  LineSessions(EventLoop& loop, Services& services);

  /// Serves a connection from now on. From any thread.
  void admit(Descriptor socket, std::string client_address);

  /// Closes all connections and takes no more. From any thread.
  void close();

  /// Those that are open or on their way to the loop. From any thread.
  std::size_t count() const { return count_.load(std::memory_order_relaxed); }

 private:
  struct Member;
  using Members = std::list<Member>;
  struct Member {
    Member(Descriptor socket, const Services& services, std::string client_address)
        : session(std::move(socket), services.herd, services.log, services.line_bytes_max, std::move(client_address)) {}

    LineSession session;
    Time drained_until = 0;   // steady clock, while it waits for the end
    Members::iterator place;  // in open_ or in draining_
  };

  void add(Descriptor socket, std::string client_address);
  void on_ready(void* client) override;
  void on_round_end() override { services_.on_turn_end(); }
  template <class Step>
  LineSession::Wait attempt(const Step& step);
  void wait_for(Member& member, LineSession::Wait before, LineSession::Wait next);
  void look_up_places(Member& member);
  void on_places(Member& member, std::vector<std::string> answers);
  void drain(Member& member);
  void end_drained();
  void end(Member& member);
  void close_all();

  Services& services_;
  boost::asio::io_context& context_;
  std::atomic<std::size_t> count_ = 0;
  Members open_;
  Members draining_;  // the first to be given up first
  LineSession::Desk desk_;
  bool closed_ = false;
  boost::asio::steady_timer drain_timer_;
  ClientPoll poll_;
};

}  // namespace herd::net
