#pragma once

#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "herd/base/time.h"
#include "herd/http/http_exchange.h"
#include "herd/live/live_stream.h"
#include "herd/net/client_sessions.h"
#include "herd/net/event_loop.h"
#include "herd/net/http_counters.h"
#include "herd/net/live_session.h"

namespace herd::net {

/// The live feeds' own event loop, to which HTTP sessions hand over the connections that become one: what is told to
/// thousands of subscribers is not to keep those waiting who ask for something.
class LiveLoop {
 public:
  /// Who follows whom: live::LiveFeed, or what a test puts in its place. It belongs to the loop's thread.
  class Feed {
   public:
    virtual ~Feed() = default;
    virtual std::unique_ptr<live::LiveStream> open(const http::HttpLive& live, Time now,
                                                   std::function<void()> wake) = 0;
    /// To be called regularly while there are subscribers.
    virtual void tick(Time now) = 0;
    virtual std::size_t subscribers() const = 0;
  };

  /// Loop, feed and counters must outlive it.
  LiveLoop(EventLoop& loop, Feed& feed, Duration tick_every, HttpCounters& counters);

  /// What serves the connections; to be called before any is taken, and must outlive them.
  void serve_with(ClientSessions& sessions) { sessions_ = &sessions; }

  /// A connection on which a live head was sent, and what came behind the request. From any thread.
  void take(ClientStream stream, http::HttpLive live, std::string input);

 private:
  std::unique_ptr<live::LiveStream> open(const http::HttpLive& live, Time now, ClientSession& session);
  void tick_soon();

  Feed& feed_;
  Duration tick_every_;
  boost::asio::steady_timer ticker_;
  bool is_ticking_ = false;
  LiveSession::Services services_;
  ClientSessions* sessions_ = nullptr;
};

}  // namespace herd::net
