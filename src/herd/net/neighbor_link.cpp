#include "herd/net/neighbor_link.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>
#include <limits>
#include <netinet/tcp.h>

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
/// How long a connection that a newcomer wants to replace may take to answer a ping: shorter than a hello may take,
/// lest the newcomer gives up meanwhile. Counted in looks, for a loop that stood still has not read the answer.
constexpr Duration look_for_answer_every = 10 * millisecond;
constexpr int looks_for_answer = 25;
/// What waits in the system's buffers is no longer the newest, and pings wait behind it.
constexpr int socket_buffer_bytes = 256 * 1024;
/// Of it, what the system has not even sent yet: on a slow line everything waits behind that.
constexpr int unsent_bytes_max = 16 * 1024;
using UnsentBytesMax = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;

/// A neighbour that closes before it has said hello has told its own log why.
std::string unexplained(const std::string& reason) {
  const bool is_silent = reason.starts_with("closed by") || reason == std::strerror(ECONNRESET);
  return is_silent ? reason + "; its log says why" : reason;
}

}  // namespace

NeighborLink::NeighborLink(EventLoop& loop, const Options& options, flood::Link& link, LogFile& log,
                           std::function<void()> on_accepted, std::uint64_t seed)
    : connection_(std::make_unique<Connection>(loop, options, link, log, std::move(on_accepted), seed)) {
  asio::co_spawn(loop.context(), connection_->run(), or_fail);
}

NeighborLink::~NeighborLink() = default;

void NeighborLink::wake() {
  connection_->wake_from_anywhere();
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
      stream_(context_),
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
  stream_.close();
  newcomer_.reset();
  pause_.cancel();
  wake.notify();
  newcomer_came_.notify();
}

void NeighborLink::Connection::wake_from_anywhere() {
  if (context_.get_executor().running_in_this_thread()) return wake.notify();
  // Whoever finds it set wrote before the link, which clears it first, looks.
  if (wake_posted_.exchange(true)) return;
  asio::post(context_, [this] {
    wake_posted_.exchange(false);
    wake.notify();
  });
}

asio::awaitable<void> NeighborLink::Connection::keep_dialling() {
  while (!closed_) {
    set_status(State::connecting, status.reason);
    auto failure = co_await connect();
    if (closed_) co_return;
    if (failure.empty()) {
      co_await converse({});
    } else {
      stream_.close();
      set_status(State::down, std::move(failure));
    }
    if (closed_) co_return;
    pause_.expires_after(std::chrono::nanoseconds(backoff_.next(random_())));
    co_await pause_.async_wait(as_result);
  }
}

/// Opens stream_ as far as TLS goes; returns why it could not, or nothing.
asio::awaitable<std::string> NeighborLink::Connection::connect() {
  pause_.expires_after(std::chrono::nanoseconds(flood::hello_max_for(options_.loopback)));
  const auto result = co_await (dial() || pause_.async_wait(as_result));
  if (result.index() == 0) co_return std::get<0>(result);
  co_return "no answer from " + options_.host + ":" + std::to_string(options_.port);
}

asio::awaitable<std::string> NeighborLink::Connection::dial() {
  tcp::socket socket(context_);
  boost::system::error_code is_name;
  const auto address = asio::ip::make_address(options_.host, is_name);
  if (!is_name) {
    const auto [error] = co_await socket.async_connect({address, options_.port}, as_result);
    if (error) co_return error.message();
  } else {
    tcp::resolver resolver(context_);
    const auto [error, found] =
        co_await resolver.async_resolve(options_.host, std::to_string(options_.port), as_result);
    if (error) co_return error.message();
    const auto [connect_error, endpoint] = co_await asio::async_connect(socket, found, as_result);
    if (connect_error) co_return connect_error.message();
  }
  boost::system::error_code ignored;
  socket.non_blocking(true, ignored);
  socket.set_option(tcp::no_delay(true), ignored);
  stream_ = PeerStream(std::move(socket), options_.tls, PeerStream::Role::dials);
  if (const auto greeted = co_await stream_.handshake(); !greeted) co_return unexplained(greeted.error().message);
  if (const auto named = stream_.check_name(link.neighbor()); !named) co_return named.error().message;
  co_return std::string();
}

asio::awaitable<void> NeighborLink::Connection::keep_accepting() {
  while (!closed_) {
    if (!newcomer_) {
      co_await newcomer_came_.wait_until(std::numeric_limits<Time>::max());
      continue;
    }
    stream_ = std::move(newcomer_->stream);
    auto received = std::move(newcomer_->received);
    newcomer_.reset();
    co_await converse(std::move(received));
  }
}

asio::awaitable<std::optional<std::string>> NeighborLink::Connection::adopt(PeerStream& newcomer,
                                                                            std::string received) {
  if (conversing_ && link.is_up()) {
    const auto asked_at = steady_now();
    link.want_ping();
    wake.notify();
    asio::steady_timer pause(context_);
    for (int i = 0; i < looks_for_answer && conversing_ && !link.heard_since(asked_at); ++i) {
      pause.expires_after(std::chrono::nanoseconds(look_for_answer_every));
      co_await pause.async_wait(as_result);
    }
    if (conversing_ && link.heard_since(asked_at)) co_return "the name is in use by a server that answers";
  }
  if (closed_) co_return "this server is stopping";
  if (!newcomer.is_open()) co_return "closed while an older connection was asked for a sign of life";
  newcomer_ = Newcomer{std::move(newcomer), std::move(received)};
  if (conversing_) {
    close_reason_ = "replaced by a newer connection";
    stream_.close();
    wake.notify();
  }
  newcomer_came_.notify();
  co_return std::nullopt;
}

/// Serves stream_ until the connection is over.
asio::awaitable<void> NeighborLink::Connection::converse(std::string received) {
  conversing_ = true;
  boost::system::error_code ignored;
  stream_.socket().set_option(tcp::socket::send_buffer_size(socket_buffer_bytes), ignored);
  stream_.socket().set_option(tcp::socket::receive_buffer_size(socket_buffer_bytes), ignored);
  stream_.socket().set_option(UnsentBytesMax(unsent_bytes_max), ignored);
  close_reason_.clear();
  output_.clear();
  link.connect(steady_now());
  auto reason = received.empty() ? std::nullopt : take(received);
  if (!reason) {
    const auto ended = co_await (read() || write() || watch());
    reason = std::visit([](const std::string& why) { return why; }, ended);
  }
  stream_.close();
  conversing_ = false;
  if (link.is_up())
    log_.info("link " + link.neighbor() + " down: " + (close_reason_.empty() ? *reason : close_reason_));
  link.disconnect();
  set_status(State::down, close_reason_.empty() ? *reason : close_reason_);
}

asio::awaitable<std::string> NeighborLink::Connection::read() {
  std::array<char, read_bytes_max> input;
  for (;;) {
    if (stream_.may_have_unread()) {
      co_await asio::post(asio::use_awaitable);  // others have work too
    } else {
      const auto [error] = co_await stream_.socket().async_wait(tcp::socket::wait_read, as_result);
      if (error) co_return error.message();
    }
    const auto count = stream_.read_some(input);
    if (!count) co_return link.is_up() ? count.error().message : unexplained(count.error().message);
    if (*count == 0) continue;
    if (auto reason = take({input.data(), *count})) co_return *reason;
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
      if (!stream_.is_open()) co_return "closed";
      continue;
    }
    for (std::size_t sent = 0; sent < output_.size();) {
      const auto count = stream_.write_some(std::string_view(output_).substr(sent));
      if (!count) co_return count.error().message;
      sent += *count;
      if (*count == 0) {
        const auto [error] = co_await stream_.socket().async_wait(tcp::socket::wait_write, as_result);
        if (error) co_return error.message();
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
  log_.info("link " + link.neighbor() + " up (" + (options_.dials ? "to " : "from ") +
            remote_address(stream_.socket()) + ")");
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
