#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "herd/http/http_exchange.h"
#include "herd/live/live_stream.h"
#include "herd/net/client_session.h"
#include "herd/net/http_counters.h"

namespace herd::net {

/// A connection that became a live feed, from behind the head of the response to its end.
class LiveSession : public ClientSession {
 public:
  /// What the sessions of one loop share.
  struct Services {
    HttpCounters& counters;
    /// Opens the feed, which rouses the session when there is something to say.
    std::function<std::unique_ptr<live::LiveStream>(const http::HttpLive&, Time, ClientSession&)> open;
  };

  /// `input` came behind the request. The services must outlive it, unless it never has a turn.
  LiveSession(ClientStream stream, Services& services, http::HttpLive live, std::string input);
  ~LiveSession() override;

 private:
  struct Beginning {
    http::HttpLive live;
    std::string input;
  };

  Next on_input(std::string_view bytes, Desk& desk) override;
  Next go_on(Desk& desk) override;
  Next on_stopping(Desk& desk) override;
  void on_tls_failure(std::string_view reason) override;
  void on_stalled() override;

  Services& services_;
  std::unique_ptr<Beginning> beginning_;  // until its first turn, on the loop that serves it
  std::unique_ptr<live::LiveStream> live_;
};

}  // namespace herd::net
