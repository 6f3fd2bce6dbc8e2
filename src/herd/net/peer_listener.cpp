#include "herd/net/peer_listener.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "herd/base/text.h"
#include "herd/net/clock.h"
#include "herd/net/listener.h"
#include "herd/net/neighbor_connection.h"
#include "herd/net/socket_group.h"
#include "herd/net/spawn.h"
#include "herd/wire/link_message.h"

namespace herd::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace asio::experimental::awaitable_operators;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
/// A hello of the most partitions and the longest names fits.
constexpr std::size_t hello_bytes_max = 64 * 1024;

}  // namespace

struct PeerListener::State {
  State(EventLoop& loop, const std::string& host, std::uint16_t port, const flood::Identity& the_self,
        std::vector<NeighborLink*> the_neighbors, Duration max, LogFile& the_log)
      : context(loop.context()),
        listener(context, "neighbours", host, port),
        self(the_self),
        neighbors(std::move(the_neighbors)),
        hello_max(max),
        log(the_log) {}

  asio::io_context& context;
  Listener listener;
  const flood::Identity& self;
  std::vector<NeighborLink*> neighbors;
  Duration hello_max;
  LogFile& log;
  SocketGroup strangers;
  std::uint64_t refusals = 0;
  std::uint64_t refusals_logged = 0;  // in this_second
  Time this_second = 0;

  asio::awaitable<void> greet(tcp::socket socket);
  asio::awaitable<Result<wire::Hello>> read_hello(tcp::socket& socket, std::string& received);
  asio::awaitable<Result<wire::Hello>> read_hello_in_time(tcp::socket& socket, std::string& received);
  NeighborLink* find(const std::string& name) const;
  void refuse(const std::string& address, const std::string& reason);
};

PeerListener::PeerListener(EventLoop& loop, const std::string& host, std::uint16_t port, const flood::Identity& self,
                           std::vector<NeighborLink*> neighbors, Duration hello_max, LogFile& log)
    : state_(std::make_unique<State>(loop, host, port, self, std::move(neighbors), hello_max, log)) {
  auto accepting = state_->listener.accept([this](tcp::socket socket) {
    if (state_->strangers.size() >= strangers_max) {
      state_->refuse(remote_address(socket), "too many connections without a hello");
      return;
    }
    asio::co_spawn(state_->context, state_->greet(std::move(socket)), asio::detached);
  });
  asio::co_spawn(state_->context, std::move(accepting), or_fail);
}

PeerListener::~PeerListener() = default;

std::string PeerListener::address() const {
  return state_->listener.address();
}

std::uint64_t PeerListener::refusals() const {
  return state_->refusals;
}

void PeerListener::close() {
  state_->listener.close();
  state_->strangers.close_all();
}

/// Finds out who connected, and hands the connection to the link of that neighbour.
asio::awaitable<void> PeerListener::State::greet(tcp::socket socket) {
  const SocketGroup::Member member(strangers, socket);
  const auto address = remote_address(socket);
  std::string received;
  const auto hello = co_await read_hello_in_time(socket, received);
  if (!hello) {
    refuse(address, hello.error().message);
    co_return;
  }
  auto* neighbor = find(hello->server);
  if (neighbor == nullptr) {
    refuse(address, "\"" + hello->server + "\" is no neighbour that is to dial this server");
    co_return;
  }
  if (const auto valid = neighbor->link().check(*hello); !valid) {
    refuse(address, valid.error().message);
    co_return;
  }
  const auto refusal = co_await neighbor->connection().adopt(std::move(socket), std::move(received), hello->epoch);
  if (refusal) refuse(address, "\"" + hello->server + "\": " + *refusal);
}

asio::awaitable<Result<wire::Hello>> PeerListener::State::read_hello_in_time(tcp::socket& socket,
                                                                             std::string& received) {
  asio::steady_timer timer(context, std::chrono::nanoseconds(hello_max));
  auto result = co_await (read_hello(socket, received) || timer.async_wait(as_result));
  if (result.index() != 0) co_return Error{"no hello in time"};
  co_return std::get<0>(std::move(result));
}

/// Reads on until the first message is whole; `received` then holds it and whatever came behind it.
asio::awaitable<Result<wire::Hello>> PeerListener::State::read_hello(tcp::socket& socket, std::string& received) {
  std::array<char, 4096> input;
  while (received.size() < hello_bytes_max) {
    const auto [error, count] = co_await socket.async_read_some(asio::buffer(input), as_result);
    if (error) co_return Error{"closed before a hello"};
    received.append(input.data(), count);
    std::string_view bytes = received;
    auto message = wire::take_message(bytes);
    if (!message) co_return message.error();
    if (!message->has_value()) continue;
    if (auto* hello = std::get_if<wire::Hello>(&**message)) co_return std::move(*hello);
    co_return Error{"the first message is no hello"};
  }
  co_return Error{"a hello that is too long"};
}

NeighborLink* PeerListener::State::find(const std::string& name) const {
  for (auto* neighbor : neighbors) {
    if (neighbor->link().neighbor() == name) return neighbor;
  }
  return nullptr;
}

void PeerListener::State::refuse(const std::string& address, const std::string& reason) {
  ++refusals;
  const auto now = steady_now() / second;
  if (now != this_second) {
    this_second = now;
    refusals_logged = 0;
  }
  if (refusals_logged++ >= refusals_logged_max) return;
  std::string line = "peer port: " + address + " refused: ";
  append_printable(line, reason, 256);
  log.warn(line);
}

}  // namespace herd::net
