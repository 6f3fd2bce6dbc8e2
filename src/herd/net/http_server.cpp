#include "herd/net/http_server.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include "herd/net/listener.h"
#include "herd/net/socket_group.h"
#include "herd/net/spawn.h"

namespace herd::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr auto idle_max = std::chrono::seconds(30);
constexpr std::uint32_t header_bytes_max = 8 * 1024;
constexpr std::uint64_t body_bytes_max = 1024;
constexpr std::size_t connections_max = 1024;

using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

Response answer(const Request& request, const HttpServer::Handler& handler) {
  Response response(http::status::ok, request.version());
  response.set(http::field::server, "proxyherd/" HERD_VERSION);
  response.set(http::field::content_type, "application/json");
  response.keep_alive(request.keep_alive());
  if (request.method() != http::verb::get && request.method() != http::verb::head) {
    response.result(http::status::method_not_allowed);
    response.set(http::field::allow, "GET, HEAD");
  } else {
    const std::string_view target(request.target().data(), request.target().size());
    response.body() = handler(target.substr(0, target.find('?')));
    if (response.body().empty()) response.result(http::status::not_found);
  }
  response.prepare_payload();
  if (request.method() == http::verb::head) response.body().clear();
  return response;
}

}  // namespace

struct HttpServer::State {
  State(EventLoop& loop, const std::string& host, std::uint16_t port, Handler the_handler)
      : listener(loop.context(), "HTTP", host, port), handler(std::move(the_handler)) {}

  Listener listener;
  Handler handler;
  SocketGroup sockets;

  asio::awaitable<void> serve(tcp::socket socket);
};

HttpServer::HttpServer(EventLoop& loop, const std::string& host, std::uint16_t port, Handler handler)
    : state_(std::make_unique<State>(loop, host, port, std::move(handler))) {
  auto& context = loop.context();
  auto accepting = state_->listener.accept([this, &context](tcp::socket socket) {
    if (state_->sockets.size() >= connections_max) return;
    asio::co_spawn(context, state_->serve(std::move(socket)), asio::detached);
  });
  asio::co_spawn(context, std::move(accepting), or_fail);
}

HttpServer::~HttpServer() = default;

std::string HttpServer::address() const {
  return state_->listener.address();
}

void HttpServer::close() {
  state_->listener.close();
  state_->sockets.close_all();
}

asio::awaitable<void> HttpServer::State::serve(tcp::socket socket) {
  beast::tcp_stream stream(std::move(socket));
  const SocketGroup::Member member(sockets, stream.socket());
  beast::flat_buffer buffer;
  for (;;) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(header_bytes_max);
    parser.body_limit(body_bytes_max);
    stream.expires_after(idle_max);
    const auto [read_error, read] = co_await http::async_read(stream, buffer, parser, as_result);
    if (read_error) break;
    const auto response = answer(parser.get(), handler);
    stream.expires_after(idle_max);
    const auto [write_error, written] = co_await http::async_write(stream, response, as_result);
    if (write_error || response.need_eof()) break;
  }
  boost::system::error_code ignored;
  stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
}

}  // namespace herd::net
