#include "herd/net/line_server.h"

#include <utility>

#include "herd/net/line_session.h"

namespace herd::net {

namespace {

/// Nobody waits for line clients, but to shake hands and to say farewell.
constexpr ClientSessions::Limits limits{.stalled = 0};

}  // namespace

struct LineServer::State {
  State(EventLoops& event_loops, const Options& options, protocols::Herd& herd, places::Provider& places,
        TrafficLog& log, const std::function<void()>& on_turn_end)
      : services{herd, log, options.line_bytes_max, places, options.access, options.rates, options.warn},
        port(event_loops,
             {.purpose = "line protocol",
              .addresses = {{options.host, options.port}},
              .connections_max = options.connections_max,
              .tls = options.tls,
              .connections_elsewhere = options.connections_elsewhere},
             serve(event_loops, on_turn_end)) {}

  ClientPort::Loops serve(EventLoops& event_loops, const std::function<void()>& on_turn_end) const {
    const auto make = [this](ClientStream stream, std::string address) {
      return std::make_unique<LineSession>(std::move(stream), services, std::move(address));
    };
    ClientPort::Loops loops;
    for (std::size_t i = 0; i < event_loops.size(); ++i) {
      loops.push_back(std::make_unique<ClientSessions>(event_loops[i], limits, on_turn_end, make));
    }
    return loops;
  }

  LineSession::Services services;
  ClientPort port;
};

LineServer::LineServer(EventLoops& loops, const Options& options, protocols::Herd& herd, places::Provider& places,
                       TrafficLog& log, const std::function<void()>& on_turn_end)
    : state_(std::make_unique<State>(loops, options, herd, places, log, on_turn_end)) {}

LineServer::~LineServer() = default;

ClientPort& LineServer::port() const {
  return state_->port;
}

}  // namespace herd::net
