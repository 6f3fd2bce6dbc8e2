#include "herd/net/http_server.h"

#include <list>
#include <optional>
#include <thread>
#include <utility>

#include "herd/net/http_session.h"

namespace herd::net {

namespace {

/// What one loop's sessions share.
HttpSession::Services services(const HttpServer::Options& options, http::HttpService& service, TrafficLog& log,
                               HttpCounters& counters, LiveLoop* live) {
  HttpSession::Services services{
      service,      log,
      counters,     options.body_bytes_per_s_min * static_cast<std::size_t>(options.limits.body / millisecond) / 1000,
      options.warn, nullptr};
  if (live != nullptr) {
    services.go_live = [live](ClientStream stream, http::HttpLive feed, std::string input) {
      live->take(std::move(stream), std::move(feed), std::move(input));
    };
  }
  return services;
}

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
    if (options.feed != nullptr) {
      live.emplace(event_loops.background(), *options.feed, options.feed_tick_every, counters);
    }
    ClientPort::Loops sessions;
    for (std::size_t i = 0; i < event_loops.size(); ++i) {
      auto& shared = loops.emplace_back(services(options, service, log, counters, live ? &*live : nullptr));
      sessions.push_back(std::make_unique<ClientSessions>(
          event_loops[i], options.limits, on_turn_end, [&shared](ClientStream stream, std::string address) {
            return std::make_unique<HttpSession>(std::move(stream), shared, std::move(address));
          }));
    }
    if (live) {
      // Nothing comes in by them that anybody else would have to hear of.
      // A thread that waits for this one's CPU has it after a few turns, and not at the end of a time slice.
      const auto let_others_go_first = [] { std::this_thread::yield(); };
      sessions.push_back(
          std::make_unique<ClientSessions>(event_loops.background(), options.limits, let_others_go_first, nullptr));
      live->serve_with(*sessions.back());
    }
    return sessions;
  }

  HttpCounters counters;
  // These outlive the sessions.
  std::list<HttpSession::Services> loops;
  std::optional<LiveLoop> live;
  ClientPort port;
};

HttpServer::HttpServer(EventLoops& loops, const Options& options, http::HttpService& service, TrafficLog& log,
                       const std::function<void()>& on_turn_end)
    : state_(std::make_unique<State>(loops, options, service, log, on_turn_end)) {}

HttpServer::~HttpServer() = default;

ClientPort& HttpServer::port() const {
  return state_->port;
}

const HttpCounters& HttpServer::counters() const {
  return state_->counters;
}

}  // namespace herd::net
