#include "herd/net/http_client.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <chrono>
#include <cstddef>
#include <utility>

namespace herd::net {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;

constexpr std::size_t body_bytes_max = 1024 * 1024;

using Deadline = std::chrono::steady_clock::time_point;

asio::awaitable<void> connect(beast::tcp_stream& stream, const HttpTarget& target, Deadline deadline) {
  asio::ip::tcp::resolver resolver(stream.get_executor());
  const auto port = std::to_string(target.port);
  const auto addresses = co_await resolver.async_resolve(target.host, port, asio::use_awaitable);
  stream.expires_at(deadline);
  co_await stream.async_connect(addresses, asio::use_awaitable);
}

template <class Stream>
asio::awaitable<HttpAnswer> exchange(Stream& stream, const HttpTarget& target) {
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

asio::awaitable<HttpResult> get(const HttpTarget& target, Deadline deadline) {
  const auto executor = co_await asio::this_coro::executor;
  if (!target.trust) {
    beast::tcp_stream stream(executor);
    co_await connect(stream, target, deadline);
    auto answer = co_await exchange(stream, target);
    co_return answer;
  }
  SSL_CTX_up_ref(target.trust->context());
  ssl::context context(target.trust->context());
  beast::ssl_stream<beast::tcp_stream> stream(executor, context);
  co_await connect(beast::get_lowest_layer(stream), target, deadline);
  target.trust->prepare(stream.native_handle(), target.host);
  boost::system::error_code error;
  co_await stream.async_handshake(ssl::stream_base::client, asio::redirect_error(asio::use_awaitable, error));
  if (error.category() == asio::error::get_ssl_category()) {
    auto why = ServerTrust::failure(stream.native_handle(), static_cast<unsigned long>(error.value()));
    co_return HttpFailure{{std::move(why)}, true};
  }
  if (error == beast::error::timeout) throw boost::system::system_error(error);
  if (error) {
    auto why = "closed the connection in the TLS handshake (" + error.message() + "); does it speak TLS?";
    co_return HttpFailure{{std::move(why)}, true};
  }
  auto answer = co_await exchange(stream, target);
  co_return answer;
}

asio::awaitable<void> get_into(HttpResult& result, const HttpTarget& target, Duration timeout) {
  try {
    result = co_await get(target, std::chrono::steady_clock::now() + std::chrono::nanoseconds(timeout));
  } catch (const boost::system::system_error& error) {
    if (error.code() == beast::error::timeout) {
      result = HttpFailure{{"no answer within " + std::to_string(timeout / millisecond) + " ms"}};
    } else {
      result = HttpFailure{{error.code().message()}};
    }
  }
}

}  // namespace

std::vector<HttpResult> http_get_all(const std::vector<HttpTarget>& targets, Duration timeout) {
  std::vector<HttpResult> results(targets.size(), HttpFailure{{"not asked"}});
  asio::io_context context(1);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    asio::co_spawn(context, get_into(results[i], targets[i], timeout), asio::detached);
  }
  context.run();
  return results;
}

}  // namespace herd::net
