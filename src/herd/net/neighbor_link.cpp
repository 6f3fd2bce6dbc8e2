#include "herd/net/neighbor_link.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <limits>

#include "herd/net/clock.h"
#include "herd/net/listener.h"
#include "herd/net/neighbor_connection.h"
#include "herd/net/spawn.h"

namespace herd::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace asio::experimental::awaitable_operators;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t read_bytes_max = 64 * 1024;
constexpr Duration backoff_min = 50 * millisecond;
constexpr Duration watch_every = 100 * millisecond;
/// A loop that stood still for so long has missed the signs of life of its neighbours, and they its own.
constexpr Duration stopped_after = second;
/// Shorter than a hello may take, lest the newcomer gives up meanwhile.
constexpr Duration answer_within = 250 * millisecond;
/// What waits in the system's buffers is no longer the newest, and pings wait behind it.
constexpr int socket_buffer_bytes = 256 * 1024;

}  // namespace

NeighborLink::NeighborLink(EventLoop& loop, const Options& options, flood::Link& link, LogFile& log,
                           std::function<void()> on_accepted, std::uint64_t seed)
    : connection_(std::make_unique<Connection>(loop, options, link, log, std::move(on_accepted), seed)) {
  asio::co_spawn(loop.context(), connection_->run(), or_fail);
}

NeighborLink::~NeighborLink() = default;

void NeighborLink::wake() {
  connection_->wake.notify();
}

void NeighborLink::close(std::string_view reason) {
  connection_->close(reason);
}

const flood::Link& NeighborLink::link() const {
  return connection_->link;
}

NeighborLink::Status NeighborLink::status() const {
  return connection_->status;
}

NeighborLink::Connection& NeighborLink::connection() {
  return *connection_;
}

NeighborLink::Connection::Connection(EventLoop& loop, const Options& the_options, flood::Link& the_link,
                                     LogFile& the_log, std::function<void()> accepted, std::uint64_t seed)
    : link(the_link),
      wake(loop.context().get_executor()),
      status{State::down, steady_now(), "not connected yet"},
      context_(loop.context()),
      options_(the_options),
      log_(the_log),
      on_accepted_(std::move(accepted)),
      backoff_(backoff_min, flood::hello_max_for(the_options.loopback)),
      random_(static_cast<std::minstd_rand::result_type>(seed)),
      socket_(context_),
      newcomer_came_(context_.get_executor()),
      pause_(context_) {}

asio::awaitable<void> NeighborLink::Connection::run() {
  if (options_.dials) {
    co_await keep_dialling();
  } else {
    co_await keep_accepting();
  }
}

void NeighborLink::Connection::close(std::string_view reason) {
  closed_ = true;
  close_reason_ = reason;
  boost::system::error_code ignored;
  socket_.close(ignored);
  newcomer_.reset();
  pause_.cancel();
  wake.notify();
  newcomer_came_.notify();
}

asio::awaitable<void> NeighborLink::Connection::keep_dialling() {
  while (!closed_) {
    set_status(State::connecting, status.reason);
    auto failure = co_await connect();
    if (closed_) co_return;
    if (failure.empty()) {
      co_await converse({});
    } else {
      set_status(State::down, std::move(failure));
    }
    if (closed_) co_return;
    pause_.expires_after(std::chrono::nanoseconds(backoff_.next(random_())));
    co_await pause_.async_wait(as_result);
  }
}

/// Opens socket_; returns why it could not, or nothing.
asio::awaitable<std::string> NeighborLink::Connection::connect() {
  socket_ = tcp::socket(context_);
  tcp::resolver resolver(context_);
  const auto attempt = [&]() -> asio::awaitable<boost::system::error_code> {
    boost::system::error_code is_name;
    const auto address = asio::ip::make_address(options_.host, is_name);
    if (!is_name) {
      const auto [error] = co_await socket_.async_connect({address, options_.port}, as_result);
      co_return error;
    }
    const auto [error, endpoints] =
        co_await resolver.async_resolve(options_.host, std::to_string(options_.port), as_result);
    if (error) co_return error;
    const auto [connect_error, endpoint] = co_await asio::async_connect(socket_, endpoints, as_result);
    co_return connect_error;
  };
  pause_.expires_after(std::chrono::nanoseconds(flood::hello_max_for(options_.loopback)));
  const auto result = co_await (attempt() || pause_.async_wait(as_result));
  if (result.index() != 0) co_return "no answer from " + options_.host + ":" + std::to_string(options_.port);
  if (const auto& error = std::get<0>(result)) co_return error.message();
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(tcp::no_delay(true), ignored);
  co_return std::string();
}

asio::awaitable<void> NeighborLink::Connection::keep_accepting() {
  while (!closed_) {
    if (!newcomer_) {
      co_await newcomer_came_.wait_until(std::numeric_limits<Time>::max());
      continue;
    }
    socket_ = std::move(newcomer_->socket);
    auto received = std::move(newcomer_->received);
    newcomer_.reset();
    co_await converse(std::move(received));
  }
}

asio::awaitable<std::optional<std::string>> NeighborLink::Connection::adopt(tcp::socket newcomer, std::string received,
                                                                            std::uint64_t epoch) {
  if (conversing_ && link.is_up() && link.neighbor_epoch() != epoch) {
    const auto asked_at = steady_now();
    link.want_ping();
    wake.notify();
    asio::steady_timer answer(context_, std::chrono::nanoseconds(answer_within));
    co_await answer.async_wait(as_result);
    if (conversing_ && link.heard_since(asked_at) && link.neighbor_epoch() != epoch)
      co_return "the name is in use by a server that answers";
  }
  if (closed_) co_return "this server is stopping";
  newcomer_ = Newcomer{std::move(newcomer), std::move(received)};
  if (conversing_) {
    close_reason_ = "replaced by a newer connection";
    boost::system::error_code ignored;
    socket_.close(ignored);
    wake.notify();
  }
  newcomer_came_.notify();
  co_return std::nullopt;
}

/// Serves socket_ until the connection is over.
asio::awaitable<void> NeighborLink::Connection::converse(std::string received) {
  conversing_ = true;
  boost::system::error_code ignored;
  socket_.set_option(tcp::socket::send_buffer_size(socket_buffer_bytes), ignored);
  socket_.set_option(tcp::socket::receive_buffer_size(socket_buffer_bytes), ignored);
  close_reason_.clear();
  output_.clear();
  link.connect(steady_now());
  auto reason = received.empty() ? std::nullopt : take(received);
  if (!reason) {
    const auto ended = co_await (read() || write() || watch());
    reason = std::visit([](const std::string& why) { return why; }, ended);
  }
  socket_.close(ignored);
  conversing_ = false;
  if (link.is_up())
    log_.info("link " + link.neighbor() + " down: " + (close_reason_.empty() ? *reason : close_reason_));
  link.disconnect();
  set_status(State::down, close_reason_.empty() ? *reason : close_reason_);
}

asio::awaitable<std::string> NeighborLink::Connection::read() {
  std::array<char, read_bytes_max> input;
  for (;;) {
    const auto [wait_error] = co_await socket_.async_wait(tcp::socket::wait_read, as_result);
    if (wait_error) co_return wait_error.message();
    boost::system::error_code error;
    const auto count = socket_.read_some(asio::buffer(input), error);
    if (error == asio::error::would_block) continue;
    if (error == asio::error::eof) co_return "closed by the neighbour";
    if (error) co_return error.message();
    if (auto reason = take({input.data(), count})) co_return *reason;
  }
}

/// Gives the link what came; returns why the connection must end, if it must.
std::optional<std::string> NeighborLink::Connection::take(std::string_view bytes) {
  const auto accepted_before = link.counters().records_accepted;
  const auto taken = link.receive(steady_now(), bytes);
  if (link.counters().records_accepted != accepted_before) on_accepted_();
  if (!taken) return taken.error().message;
  note_if_up();
  wake.notify();
  return std::nullopt;
}

asio::awaitable<std::string> NeighborLink::Connection::write() {
  for (;;) {
    link.write(steady_now(), output_);
    if (output_.empty()) {
      co_await wake.wait_until(link.next_write());
      if (!socket_.is_open()) co_return "closed";
      continue;
    }
    for (std::size_t sent = 0; sent < output_.size();) {
      boost::system::error_code error;
      sent += socket_.write_some(asio::buffer(output_) + sent, error);
      if (error == asio::error::would_block) {
        const auto [wait_error] = co_await socket_.async_wait(tcp::socket::wait_write, as_result);
        if (wait_error) co_return wait_error.message();
      } else if (error) {
        co_return error.message();
      }
    }
    output_.clear();
    // With much to send and a fast neighbour this would not end; others have work too.
    co_await asio::post(asio::use_awaitable);
  }
}

asio::awaitable<std::string> NeighborLink::Connection::watch() {
  asio::steady_timer timer(context_);
  for (auto last = steady_now();;) {
    timer.expires_after(std::chrono::nanoseconds(watch_every));
    const auto [error] = co_await timer.async_wait(as_result);
    if (error) co_return error.message();
    const auto now = steady_now();
    if (now - last > watch_every + stopped_after) {
      co_return "this server stood still for " + std::to_string((now - last) / millisecond) + " ms";
    }
    if (const auto expired = link.expire(now)) co_return expired->message;
    last = now;
  }
}

void NeighborLink::Connection::note_if_up() {
  if (!link.is_up() || status.state == State::up) return;
  backoff_.reset();
  set_status(State::up, {});
  log_.info("link " + link.neighbor() + " up (" + (options_.dials ? "to " : "from ") + remote_address(socket_) + ")");
}

void NeighborLink::Connection::set_status(State state, std::string reason) {
  // A neighbour that stays away is logged once for each reason, not at every attempt.
  if (state == State::down && status.reason != reason && status.state != State::up) {
    log_.info("link " + link.neighbor() + " not up: " + reason);
  }
  if (status.state != state && (state == State::up || status.state == State::up)) status.since = steady_now();
  status.state = state;
  status.reason = std::move(reason);
}

}  // namespace herd::net
