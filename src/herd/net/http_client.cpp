#include "herd/net/http_client.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <cstddef>

namespace herd::net {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr std::size_t body_bytes_max = 1024 * 1024;

asio::awaitable<HttpAnswer> get(const HttpTarget& target, std::chrono::steady_clock::time_point deadline) {
  const auto executor = co_await asio::this_coro::executor;
  asio::ip::tcp::resolver resolver(executor);
  const auto port = std::to_string(target.port);
  const auto addresses = co_await resolver.async_resolve(target.host, port, asio::use_awaitable);
  beast::tcp_stream stream(executor);
  stream.expires_at(deadline);
  co_await stream.async_connect(addresses, asio::use_awaitable);

  http::request<http::empty_body> request(http::verb::get, target.path, 11);
  request.set(http::field::host, target.host);
  request.set(http::field::connection, "close");
  if (!target.token.empty()) request.set(http::field::authorization, "Bearer " + target.token);
  co_await http::async_write(stream, request, asio::use_awaitable);

  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(body_bytes_max);
  co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
  auto response = parser.release();
  co_return HttpAnswer{static_cast<int>(response.result_int()), std::move(response.body())};
}

asio::awaitable<void> get_into(Result<HttpAnswer>& result, const HttpTarget& target, Duration timeout) {
  try {
    result = co_await get(target, std::chrono::steady_clock::now() + std::chrono::nanoseconds(timeout));
  } catch (const boost::system::system_error& error) {
    if (error.code() == beast::error::timeout) {
      result = Error{"no answer within " + std::to_string(timeout / millisecond) + " ms"};
    } else {
      result = Error{error.code().message()};
    }
  }
}

}  // namespace

std::vector<Result<HttpAnswer>> http_get_all(const std::vector<HttpTarget>& targets, Duration timeout) {
  std::vector<Result<HttpAnswer>> results(targets.size(), Error{"not asked"});
  asio::io_context context(1);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    asio::co_spawn(context, get_into(results[i], targets[i], timeout), asio::detached);
  }
  context.run();
  return results;
}

}  // namespace herd::net
