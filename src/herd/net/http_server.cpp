#include "herd/net/http_server.h"

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <utility>

#include "herd/net/clock.h"
#include "herd/net/http_session.h"

namespace herd::net {

namespace asio = boost::asio;

namespace {

/// What one loop's sessions share, and its live feed, which is ticked only while it has subscribers.
class HttpLoop {
 public:
  HttpLoop(EventLoop& loop, const HttpServer::Options& options, http::HttpService& service, TrafficLog& log,
           HttpCounters& counters)
      : feed_(options.make_feed ? options.make_feed() : nullptr),
        tick_every_(options.feed_tick_every),
        ticker_(loop.context()),
        services_{
            service,
            log,
            counters,
            options.body_bytes_per_s_min * static_cast<std::size_t>(options.limits.body / millisecond) / 1000,
            options.warn,
            [this](const http::HttpLive& live, Time now, ClientSession& session) { return open(live, now, session); }} {
  }

  std::unique_ptr<ClientSession> make(ClientStream stream, std::string client_address) {
    return std::make_unique<HttpSession>(std::move(stream), services_, std::move(client_address));
  }

  /// Those that make() makes for. To be called before any is made.
  void serve_for(ClientSessions& sessions) { sessions_ = &sessions; }

 private:
  std::unique_ptr<live::LiveStream> open(const http::HttpLive& live, Time now, ClientSession& session) {
    if (!feed_) return nullptr;
    auto stream = feed_->open(live, now, [this, &session] { sessions_->rouse(session); });
    tick_soon();
    return stream;
  }

  void tick_soon() {
    if (std::exchange(is_ticking_, true)) return;
    ticker_.expires_after(std::chrono::nanoseconds(tick_every_));
    ticker_.async_wait([this](const boost::system::error_code& error) {
      is_ticking_ = false;
      if (error || feed_->subscribers() == 0) return;
      feed_->tick(wall_now());
      tick_soon();
    });
  }

  std::unique_ptr<HttpServer::Feed> feed_;
  Duration tick_every_;
  asio::steady_timer ticker_;
  bool is_ticking_ = false;
  HttpSession::Services services_;
  ClientSessions* sessions_ = nullptr;
};

}  // namespace

struct HttpServer::State {
  State(EventLoops& event_loops, const Options& options, http::HttpService& service, TrafficLog& log,
        const std::function<void()>& on_turn_end)
      : port(event_loops,
             {.purpose = "HTTP",
              .addresses = options.addresses,
              .connections_max = options.connections_max,
              .connections_own = options.connections_own,
              .tls = options.tls,
              .connections_elsewhere = options.connections_elsewhere},
             serve(event_loops, options, service, log, on_turn_end)) {}

  ClientPort::Loops serve(EventLoops& event_loops, const Options& options, http::HttpService& service, TrafficLog& log,
                          const std::function<void()>& on_turn_end) {
    ClientPort::Loops sessions;
    for (std::size_t i = 0; i < event_loops.size(); ++i) {
      auto& loop = *loops.emplace_back(std::make_unique<HttpLoop>(event_loops[i], options, service, log, counters));
      sessions.push_back(std::make_unique<ClientSessions>(event_loops[i], options.limits, on_turn_end,
                                                          [&loop](ClientStream stream, std::string address) {
                                                            return loop.make(std::move(stream), std::move(address));
                                                          }));
      loop.serve_for(*sessions.back());
    }
    return sessions;
  }

  HttpCounters counters;
  std::vector<std::unique_ptr<HttpLoop>> loops;  // outlive their sessions
  ClientPort port;
};

HttpServer::HttpServer(EventLoops& loops, const Options& options, http::HttpService& service, TrafficLog& log,
                       const std::function<void()>& on_turn_end)
    : state_(std::make_unique<State>(loops, options, service, log, on_turn_end)) {}

HttpServer::~HttpServer() = default;

std::vector<std::string> HttpServer::addresses() const {
  return state_->port.addresses();
}

std::vector<std::size_t> HttpServer::connections() const {
  return state_->port.connections();
}

std::uint64_t HttpServer::connections_refused() const {
  return state_->port.connections_refused();
}

const HttpCounters& HttpServer::counters() const {
  return state_->counters;
}

void HttpServer::set_tls(ClientTls tls) {
  state_->port.set_tls(std::move(tls));
}

void HttpServer::drain() {
  state_->port.drain();
}

bool HttpServer::is_drained() const {
  return state_->port.is_drained();
}

void HttpServer::close() {
  state_->port.close();
}

}  // namespace herd::net
