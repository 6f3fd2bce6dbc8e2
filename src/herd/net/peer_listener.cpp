#include "herd/net/peer_listener.h"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <list>

#include "herd/base/text.h"
#include "herd/net/clock.h"
#include "herd/net/listener.h"
#include "herd/net/neighbor_connection.h"
#include "herd/net/peer_stream.h"
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
        std::vector<NeighborLink*> the_neighbors, const PeerTls* the_tls, Duration max, LogFile& the_log)
      : context(loop.context()),
        listener(context, "neighbours", host, port),
        self(the_self),
        neighbors(std::move(the_neighbors)),
        tls(the_tls),
        hello_max(max),
        log(the_log) {}

  asio::io_context& context;
  Listener listener;
  const flood::Identity& self;
  std::vector<NeighborLink*> neighbors;
  const PeerTls* tls;
  Duration hello_max;
  LogFile& log;
  std::list<PeerStream*> strangers;  // the oldest first
  std::uint64_t refusals = 0;
  std::uint64_t refusals_logged = 0;  // in this_second
  Time this_second = 0;

  asio::awaitable<void> greet(tcp::socket socket);
  asio::awaitable<Result<void>> meet(PeerStream& stream);
  asio::awaitable<Result<wire::Hello>> hear_hello_in_time(PeerStream& stream, std::string& received);
  asio::awaitable<Result<wire::Hello>> hear_hello(PeerStream& stream, std::string& received);
  Result<NeighborLink*> neighbor_of(const wire::Hello& hello, const PeerStream& stream) const;
  void refuse(const std::string& address, const std::string& reason);
};

PeerListener::PeerListener(EventLoop& loop, const std::string& host, std::uint16_t port, const flood::Identity& self,
                           std::vector<NeighborLink*> neighbors, const PeerTls* tls, Duration hello_max, LogFile& log)
    : state_(std::make_unique<State>(loop, host, port, self, std::move(neighbors), tls, hello_max, log)) {
  auto accepting = state_->listener.accept([this](tcp::socket socket) {
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
  for (auto* stream : state_->strangers) stream->close();
}

asio::awaitable<void> PeerListener::State::greet(tcp::socket socket) {
  const auto address = remote_address(socket);
  PeerStream stream(std::move(socket), tls, PeerStream::Role::accepts);
  if (strangers.size() >= strangers_max) {
    strangers.front()->close();
    strangers.pop_front();
  }
  strangers.push_back(&stream);
  const auto met = co_await meet(stream);
  const bool crowded_out = std::erase(strangers, &stream) == 0;
  if (!met) refuse(address, crowded_out ? "too many connections without a hello" : met.error().message);
}

/// Finds out who connected, and hands the connection to the link of that neighbour.
asio::awaitable<Result<void>> PeerListener::State::meet(PeerStream& stream) {
  std::string received;
  const auto hello = co_await hear_hello_in_time(stream, received);
  if (!hello) co_return hello.error();
  const auto neighbor = neighbor_of(*hello, stream);
  if (!neighbor) co_return neighbor.error();
  const auto refusal = co_await (*neighbor)->connection().adopt(stream, std::move(received));
  if (refusal) co_return Error{"\"" + hello->server + "\": " + *refusal};
  co_return Result<void>();
}

asio::awaitable<Result<wire::Hello>> PeerListener::State::hear_hello_in_time(PeerStream& stream,
                                                                             std::string& received) {
  asio::steady_timer timer(context, std::chrono::nanoseconds(hello_max));
  auto result = co_await (hear_hello(stream, received) || timer.async_wait(as_result));
  if (result.index() != 0) co_return Error{"no hello in time"};
  co_return std::get<0>(std::move(result));
}

/// Reads on until the first message is whole; `received` then holds it and whatever came behind it.
asio::awaitable<Result<wire::Hello>> PeerListener::State::hear_hello(PeerStream& stream, std::string& received) {
  if (const auto greeted = co_await stream.handshake(); !greeted) co_return greeted.error();
  std::array<char, 4096> input;
  while (received.size() < hello_bytes_max) {
    if (!stream.may_have_unread()) {
      const auto [error] = co_await stream.socket().async_wait(tcp::socket::wait_read, as_result);
      if (error) co_return Error{"closed before a hello"};
    }
    const auto count = stream.read_some(input);
    if (!count) co_return Error{count.error().message + " before a hello"};
    received.append(input.data(), *count);
    if (tls == nullptr && begins_tls(received)) {
      co_return Error{"it speaks TLS, and this port does not; both need the same [tls] section"};
    }
    std::string_view bytes = received;
    auto message = wire::take_message(bytes);
    if (!message) co_return message.error();
    if (!message->has_value()) continue;
    if (auto* hello = std::get_if<wire::Hello>(&**message)) co_return std::move(*hello);
    co_return Error{"the first message is no hello"};
  }
  co_return Error{"a hello that is too long"};
}

Result<NeighborLink*> PeerListener::State::neighbor_of(const wire::Hello& hello, const PeerStream& stream) const {
  const auto found =
      std::ranges::find_if(neighbors, [&](const auto* each) { return each->link().neighbor() == hello.server; });
  if (const auto named = stream.check_name(hello.server); !named) return named.error();
  if (found == neighbors.end()) {
    return Error{"\"" + hello.server + "\" is no neighbour that is to dial this server"};
  }
  if (const auto valid = (*found)->link().check(hello); !valid) return valid.error();
  return *found;
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
