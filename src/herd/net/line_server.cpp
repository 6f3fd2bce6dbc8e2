#include "herd/net/line_server.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <numeric>

#include "herd/net/line_sessions.h"
#include "herd/net/listener.h"
#include "herd/net/spawn.h"

namespace herd::net {

namespace asio = boost::asio;
using asio::ip::tcp;

struct LineServer::State {
  State(EventLoops& event_loops, const Options& options, protocols::Herd& herd, places::Provider& places,
        TrafficLog& log, std::function<void()> on_turn_end)
      : listener(event_loops.main().context(), "line protocol", options.host, options.port),
        connections_max(options.connections_max),
        services{herd, log, options.line_bytes_max, places, std::move(on_turn_end)} {
    for (std::size_t i = 0; i < event_loops.size(); ++i) {
      loops.push_back(std::make_unique<LineSessions>(event_loops[i], services));
    }
  }

  Listener listener;
  std::size_t connections_max;
  std::uint64_t connections_refused = 0;
  LineSessions::Services services;
  std::vector<std::unique_ptr<LineSessions>> loops;

  void take(tcp::socket socket) {
    const auto add_count = [](std::size_t sum, const auto& loop) { return sum + loop->count(); };
    if (std::accumulate(loops.begin(), loops.end(), std::size_t{0}, add_count) >= connections_max) {
      ++connections_refused;
      return;
    }
    auto client_address = remote_address(socket);
    boost::system::error_code ignored;
    Descriptor descriptor(socket.release(ignored));
    const auto fewest = std::ranges::min_element(loops, {}, [](const auto& loop) { return loop->count(); });
    (*fewest)->admit(std::move(descriptor), std::move(client_address));
  }
};

LineServer::LineServer(EventLoops& loops, const Options& options, protocols::Herd& herd, places::Provider& places,
                       TrafficLog& log, std::function<void()> on_turn_end)
    : state_(std::make_unique<State>(loops, options, herd, places, log, std::move(on_turn_end))) {
  auto accepting = state_->listener.accept([this](tcp::socket socket) { state_->take(std::move(socket)); });
  asio::co_spawn(loops.main().context(), std::move(accepting), or_fail);
}

LineServer::~LineServer() = default;

std::string LineServer::address() const {
  return state_->listener.address();
}

std::vector<std::size_t> LineServer::connections() const {
  std::vector<std::size_t> counts;
  for (const auto& loop : state_->loops) counts.push_back(loop->count());
  return counts;
}

std::uint64_t LineServer::connections_refused() const {
  return state_->connections_refused;
}

void LineServer::close() {
  state_->listener.close();
  for (const auto& loop : state_->loops) loop->close();
}

}  // namespace herd::net
