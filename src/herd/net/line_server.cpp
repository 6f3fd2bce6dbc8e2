#include "herd/net/line_server.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "herd/net/clock.h"
#include "herd/net/listener.h"
#include "herd/net/socket_group.h"
#include "herd/net/spawn.h"
#include "herd/protocols/line_protocol.h"

namespace herd::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using protocols::LineProtocol;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t read_bytes_max = 64 * 1024;
/// A client whose line was too long gets its reply even if it is still sending; for so long it is listened to.
constexpr auto drain_time = std::chrono::seconds(2);
constexpr std::size_t drain_bytes_max = 64 * 1024 * 1024;

}  // namespace

struct LineServer::State {
  State(EventLoop& loop, const Options& options, protocols::Herd& the_herd, const places::Provider& the_places,
        TrafficLog& the_log, std::function<void()> turn_end)
      : listener(loop.context(), "line protocol", options.host, options.port),
        herd(the_herd),
        places(the_places),
        log(the_log),
        line_bytes_max(options.line_bytes_max),
        connections_max(options.connections_max),
        on_turn_end(std::move(turn_end)) {}

  Listener listener;
  protocols::Herd& herd;
  const places::Provider& places;
  TrafficLog& log;
  std::size_t line_bytes_max;
  std::size_t connections_max;
  std::uint64_t connections_refused = 0;
  std::function<void()> on_turn_end;
  SocketGroup sockets;
  asio::thread_pool places_thread{1};
  std::array<char, read_bytes_max> input;  // of the current turn
  std::string replies;                     // of the current turn

  asio::awaitable<void> serve(tcp::socket socket);
  asio::awaitable<bool> converse(tcp::socket& socket);
  asio::awaitable<bool> write_rest(tcp::socket& socket);
  asio::awaitable<std::string> nearby(places::NearbyQuery query);
  asio::awaitable<void> drain(tcp::socket& socket);
  bool write_at_once(tcp::socket& socket);
};

LineServer::LineServer(EventLoop& loop, const Options& options, protocols::Herd& herd, const places::Provider& places,
                       TrafficLog& log, std::function<void()> on_turn_end)
    : state_(std::make_unique<State>(loop, options, herd, places, log, std::move(on_turn_end))) {
  auto& context = loop.context();
  auto accepting = state_->listener.accept([this, &context](tcp::socket socket) {
    if (state_->sockets.size() >= state_->connections_max) {
      ++state_->connections_refused;
      return;
    }
    asio::co_spawn(context, state_->serve(std::move(socket)), asio::detached);
  });
  asio::co_spawn(context, std::move(accepting), or_fail);
}

LineServer::~LineServer() {
  state_->places_thread.join();
}

std::string LineServer::address() const {
  return state_->listener.address();
}

std::size_t LineServer::connections() const {
  return state_->sockets.size();
}

std::uint64_t LineServer::connections_refused() const {
  return state_->connections_refused;
}

void LineServer::close() {
  state_->listener.close();
  state_->sockets.close_all();
}

asio::awaitable<void> LineServer::State::serve(tcp::socket socket) {
  const SocketGroup::Member member(sockets, socket);
  const bool wants_reply = co_await converse(socket);
  boost::system::error_code ignored;
  socket.shutdown(tcp::socket::shutdown_send, ignored);
  if (wants_reply) co_await drain(socket);
}

/// Serves until the connection is over. True if the client may still be sending when its last reply leaves: closing
/// then would take that reply from it.
asio::awaitable<bool> LineServer::State::converse(tcp::socket& socket) {
  LineProtocol protocol(herd, log, line_bytes_max, remote_address(socket));
  bool input_ended = false;
  for (;;) {
    const auto [wait_error] = co_await socket.async_wait(tcp::socket::wait_read, as_result);
    if (wait_error) co_return false;
    boost::system::error_code error;
    const auto count = socket.read_some(asio::buffer(input), error);
    if (error == asio::error::would_block) continue;
    if (error == asio::error::eof) {
      input_ended = true;
      protocol.end_of_input();
    } else if (error) {
      co_return false;
    }

    const auto now = wall_now();
    protocol.push({input.data(), count});
    for (;;) {
      const auto next = protocol.advance(now, replies);
      // Others take their turns on the shared buffers while this one waits.
      protocol.keep();
      on_turn_end();
      if (!write_at_once(socket) && !co_await write_rest(socket)) co_return false;
      if (next == LineProtocol::Next::close) co_return !input_ended;
      if (next == LineProtocol::Next::input) break;
      if (next == LineProtocol::Next::places) {
        const auto json = co_await nearby(protocol.query());
        protocol.answer_places(json, replies);
      }
    }
  }
}

/// Sends what the turn has to say as far as the socket takes it. False if some is left or the connection broke.
bool LineServer::State::write_at_once(tcp::socket& socket) {
  if (replies.empty()) return true;
  boost::system::error_code error;
  const auto written = socket.write_some(asio::buffer(replies), error);
  replies.erase(0, error ? 0 : written);
  return replies.empty();
}

/// Sends the rest as the client reads. False if the connection broke.
asio::awaitable<bool> LineServer::State::write_rest(tcp::socket& socket) {
  std::string rest;
  rest.swap(replies);
  const auto [error, written] = co_await asio::async_write(socket, asio::buffer(rest), as_result);
  co_return !error;
}

/// What is near, looked up on a thread of its own: files may have to come from the disk.
asio::awaitable<std::string> LineServer::State::nearby(places::NearbyQuery query) {
  auto look_up = [this, query]() -> asio::awaitable<std::string> { co_return places.nearby_search(query); };
  co_return co_await asio::co_spawn(places_thread, std::move(look_up), asio::use_awaitable);
}

asio::awaitable<void> LineServer::State::drain(tcp::socket& socket) {
  using namespace asio::experimental::awaitable_operators;
  const auto read_on = [&]() -> asio::awaitable<bool> {
    for (std::size_t total = 0; total < drain_bytes_max;) {
      const auto [error, count] = co_await socket.async_read_some(asio::buffer(input), as_result);
      if (error) break;
      total += count;
    }
    co_return true;
  };
  asio::steady_timer timer(socket.get_executor(), drain_time);
  co_await (read_on() || timer.async_wait(as_result));
}

}  // namespace herd::net
