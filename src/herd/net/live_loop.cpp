#include "herd/net/live_loop.h"

#include <chrono>
#include <utility>

#include "herd/net/clock.h"

namespace herd::net {

LiveLoop::LiveLoop(EventLoop& loop, Feed& feed, Duration tick_every, HttpCounters& counters)
    : feed_(feed),
      tick_every_(tick_every),
      ticker_(loop.context()),
      services_{counters, [this](const http::HttpLive& live, Time now, ClientSession& session) {
                  return open(live, now, session);
                }} {}

void LiveLoop::take(ClientStream stream, http::HttpLive live, std::string input) {
  sessions_->admit(std::make_unique<LiveSession>(std::move(stream), services_, std::move(live), std::move(input)));
}

std::unique_ptr<live::LiveStream> LiveLoop::open(const http::HttpLive& live, Time now, ClientSession& session) {
  auto stream = feed_.open(live, now, [this, &session] { sessions_->rouse(session); });
  tick_soon();
  return stream;
}

void LiveLoop::tick_soon() {
  if (std::exchange(is_ticking_, true)) return;
  ticker_.expires_after(std::chrono::nanoseconds(tick_every_));
  ticker_.async_wait([this](const boost::system::error_code& error) {
    is_ticking_ = false;
    if (error || feed_.subscribers() == 0) return;
    feed_.tick(wall_now());
    tick_soon();
  });
}

}  // namespace herd::net
