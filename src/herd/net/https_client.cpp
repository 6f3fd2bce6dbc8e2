#include "herd/net/https_client.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <chrono>
#include <list>
#include <set>
#include <stdexcept>
#include <utility>

#include "herd/net/clock.h"
#include "herd/net/name_lookup.h"
#include "herd/net/server_trust.h"
#include "herd/net/spawn.h"

namespace herd::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
/// Names may move elsewhere.
constexpr Duration addresses_kept = 60 * second;

using Deadline = std::chrono::steady_clock::time_point;

std::string duration_text(Duration duration) {
  if (duration % second == 0) return std::to_string(duration / second) + " s";
  return std::to_string(duration / millisecond) + " ms";
}

}  // namespace

struct HttpsClient::State {
  /// One connection to the server, with what was read of it beyond the last answer.
  struct Connection {
    explicit Connection(State& state) : stream(state.context, state.tls) {}

    beast::tcp_stream& socket() { return beast::get_lowest_layer(stream); }

    beast::ssl_stream<beast::tcp_stream> stream;
    beast::flat_buffer buffer;
    Time idle_since = 0;
  };

  State(EventLoop& loop, Options with)
      : options(std::move(with)),
        context(loop.context()),
        trust(ServerTrust::read({.authorities = options.authorities}).value()),
        lookup(context) {
    SSL_CTX_up_ref(trust.context());
  }

  asio::awaitable<void> serve(std::string target, Done done);
  asio::awaitable<Result<HttpAnswer>> fetch(const std::string& target, Deadline deadline);
  asio::awaitable<error_code> exchange(Connection& connection, const std::string& target, Deadline deadline,
                                       http::response_parser<http::string_body>& parser);
  asio::awaitable<Result<std::unique_ptr<Connection>>> connect(Deadline deadline);
  asio::awaitable<Result<void>> find_addresses(Deadline deadline);
  asio::awaitable<Result<void>> shake_hands(Connection& connection, Deadline deadline);
  std::unique_ptr<Connection> take_idle();
  void keep(std::unique_ptr<Connection> connection);
  Error not_reached(const error_code& error) const;
  Error no_answer(const error_code& error, bool has_begun = false) const;

  const Options options;
  asio::io_context& context;
  ServerTrust trust;
  ssl::context tls{trust.context()};
  bool closed = false;
  std::atomic<std::uint64_t> connections_made = 0;
  std::list<std::unique_ptr<Connection>> idle;  // the last used first
  std::set<Connection*> busy;
  NameLookup lookup;
  bool is_looking_up = false;  // for those below, and perhaps for some who have given up
  std::set<asio::steady_timer*> waiting_for_addresses;
  Result<NameLookup::Addresses> addresses = NameLookup::Addresses{};
  Time addresses_until = 0;
};

HttpsClient::HttpsClient(EventLoop& loop, const Options& options) : state_(std::make_unique<State>(loop, options)) {}
HttpsClient::~HttpsClient() = default;

void HttpsClient::get(const std::string& target, Done done) {
  asio::co_spawn(state_->context, state_->serve(target, std::move(done)), or_fail);
}

void HttpsClient::close() {
  state_->closed = true;
  state_->idle.clear();
  state_->lookup.cancel();
  for (auto* timer : state_->waiting_for_addresses) timer->cancel();
  for (auto* connection : state_->busy) connection->socket().close();
}

std::uint64_t HttpsClient::connections_made() const {
  return state_->connections_made.load(std::memory_order_relaxed);
}

Result<void> HttpsClient::check_authorities(const std::filesystem::path& file) {
  if (const auto read = ServerTrust::read({.authorities = file}); !read) return read.error();
  return {};
}

asio::awaitable<void> HttpsClient::State::serve(std::string target, Done done) {
  auto result = co_await fetch(target, std::chrono::steady_clock::now() + std::chrono::nanoseconds(options.timeout));
  done(std::move(result));
}

asio::awaitable<Result<HttpAnswer>> HttpsClient::State::fetch(const std::string& target, Deadline deadline) {
  for (;;) {
    if (closed) co_return Error{"was not asked: this server is stopping"};
    auto connection = take_idle();
    const bool is_kept = connection != nullptr;
    if (!is_kept) {
      auto connected = co_await connect(deadline);
      if (!connected) co_return connected.error();
      connection = *std::move(connected);
    }
    http::response_parser<http::string_body> parser;
    parser.header_limit(header_bytes_max);
    parser.body_limit(options.body_bytes_max);
    const auto error = co_await exchange(*connection, target, deadline, parser);
    // The server may have closed a kept connection meanwhile; a new one tells.
    if (error && is_kept && !parser.got_some() && error != beast::error::timeout) {
      idle.clear();
      continue;
    }
    if (error) co_return no_answer(error, parser.got_some());
    const bool may_be_kept = parser.keep_alive() && connection->buffer.size() == 0;
    if (may_be_kept) keep(std::move(connection));
    auto response = parser.release();
    HttpAnswer answer{static_cast<int>(response.result_int()), std::move(response.body())};
    co_return answer;
  }
}

asio::awaitable<error_code> HttpsClient::State::exchange(Connection& connection, const std::string& target,
                                                         Deadline deadline,
                                                         http::response_parser<http::string_body>& parser) {
  busy.insert(&connection);
  http::request<http::empty_body> request(http::verb::get, target, 11);
  const bool in_brackets = options.host.find(':') != std::string::npos;
  auto host = in_brackets ? "[" + options.host + "]" : options.host;
  if (options.port != 443) host += ":" + std::to_string(options.port);
  request.set(http::field::host, host);
  request.set(http::field::user_agent, "proxyherd/" HERD_VERSION);
  request.set(http::field::accept, "application/json");
  connection.socket().expires_at(deadline);
  auto [error, written] = co_await http::async_write(connection.stream, request, as_result);
  if (!error) {
    const auto [read_error, read] = co_await http::async_read(connection.stream, connection.buffer, parser, as_result);
    error = read_error;
  }
  connection.socket().expires_never();
  busy.erase(&connection);
  co_return error;
}

asio::awaitable<Result<std::unique_ptr<HttpsClient::State::Connection>>> HttpsClient::State::connect(
    Deadline deadline) {
  if (auto found = co_await find_addresses(deadline); !found) co_return found.error();
  auto tried = *addresses;  // others may look them up anew meanwhile
  error_code error = asio::error::host_not_found;
  for (std::size_t i = 0; i < tried.size() && !closed; ++i) {
    auto connection = std::make_unique<Connection>(*this);
    connections_made.fetch_add(1, std::memory_order_relaxed);
    // An address that leads nowhere leaves time for the others.
    const auto now = std::chrono::steady_clock::now();
    connection->socket().expires_at(now + (deadline - now) / static_cast<std::int64_t>(tried.size() - i));
    busy.insert(connection.get());
    std::tie(error) = co_await connection->socket().async_connect(tried[i], as_result);
    if (!error) {
      auto shaken = co_await shake_hands(*connection, deadline);
      busy.erase(connection.get());
      if (!shaken) co_return shaken.error();
      // The next one begins where this one got through.
      std::swap(tried[0], tried[i]);
      addresses = std::move(tried);
      co_return connection;
    }
    busy.erase(connection.get());
  }
  addresses_until = 0;
  co_return not_reached(error);
}

asio::awaitable<Result<void>> HttpsClient::State::find_addresses(Deadline deadline) {
  if (steady_now() < addresses_until) co_return Result<void>();
  asio::steady_timer timer(context, deadline);
  waiting_for_addresses.insert(&timer);
  if (!std::exchange(is_looking_up, true)) {
    lookup.start(options.host, options.port, [this](Result<NameLookup::Addresses> found) {
      is_looking_up = false;
      addresses = std::move(found);
      addresses_until = addresses ? steady_now() + addresses_kept : 0;
      for (auto* each : waiting_for_addresses) each->cancel();
    });
  }
  const auto [error] = co_await timer.async_wait(as_result);
  waiting_for_addresses.erase(&timer);
  if (!error) co_return no_answer(beast::error::timeout);
  if (closed) co_return no_answer(error);
  if (!addresses) co_return Error{"cannot be reached: its address is not found: " + addresses.error().message};
  co_return Result<void>();
}

asio::awaitable<Result<void>> HttpsClient::State::shake_hands(Connection& connection, Deadline deadline) {
  auto* handle = connection.stream.native_handle();
  trust.prepare(handle, options.host);
  connection.socket().expires_at(deadline);
  const auto [error] = co_await connection.stream.async_handshake(ssl::stream_base::client, as_result);
  if (!error) co_return Result<void>();
  if (const auto verified = SSL_get_verify_result(handle); verified != X509_V_OK) {
    co_return Error{std::string("shows a certificate that is not trusted: ") + X509_verify_cert_error_string(verified)};
  }
  co_return not_reached(error);
}

std::unique_ptr<HttpsClient::State::Connection> HttpsClient::State::take_idle() {
  while (!idle.empty()) {
    auto connection = std::move(idle.front());
    idle.pop_front();
    if (steady_now() - connection->idle_since < options.idle_time_max) return connection;
  }
  return nullptr;
}

void HttpsClient::State::keep(std::unique_ptr<Connection> connection) {
  if (closed) return;
  connection->idle_since = steady_now();
  idle.push_front(std::move(connection));
  if (idle.size() > options.idle_max) idle.pop_back();
}

Error HttpsClient::State::not_reached(const error_code& error) const {
  if (error == beast::error::timeout) return no_answer(error);
  return {"cannot be reached: " + error.message()};
}

Error HttpsClient::State::no_answer(const error_code& error, bool has_begun) const {
  if (error == beast::error::timeout) return {"did not answer within " + duration_text(options.timeout)};
  if (error == http::error::body_limit) {
    return {"answered with more than " + std::to_string(options.body_bytes_max / 1024) + " KiB"};
  }
  const bool is_end = error == http::error::end_of_stream || error == http::error::partial_message ||
                      error == ssl::error::stream_truncated || error == asio::error::eof ||
                      error == asio::error::connection_reset || error == asio::error::broken_pipe;
  if (is_end) return {has_begun ? "broke off its answer" : "closed the connection without an answer"};
  return {"gave no answer: " + error.message()};
}

}  // namespace herd::net
