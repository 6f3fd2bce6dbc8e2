// The least that a Beast server can do with a report: reads the request, parses the JSON of its body, answers with a
// small JSON. One thread, asynchronous, keep-alive. `bare_beast PORT` listens on 127.0.0.1.

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/parse.hpp>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace json = boost::json;
using asio::ip::tcp;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

asio::awaitable<void> serve(tcp::socket socket) {
  socket.set_option(tcp::no_delay(true));
  beast::tcp_stream stream(std::move(socket));
  beast::flat_buffer buffer;
  for (;;) {
    http::request<http::string_body> request;
    const auto [read_error, read] = co_await http::async_read(stream, buffer, request, as_result);
    if (read_error) co_return;
    json::error_code wrong;
    const auto report = json::parse(request.body(), wrong);
    const bool is_report = !wrong && report.is_object() && report.as_object().contains("lat");
    http::response<http::string_body> response(is_report ? http::status::ok : http::status::bad_request,
                                               request.version());
    response.set(http::field::server, "bare");
    response.set(http::field::content_type, "application/json");
    response.keep_alive(request.keep_alive());
    response.body() = is_report ? R"({"accepted":true})" : R"({"accepted":false})";
    response.prepare_payload();
    const auto [write_error, written] = co_await http::async_write(stream, response, as_result);
    if (write_error || response.need_eof()) co_return;
  }
}

asio::awaitable<void> accept(tcp::acceptor acceptor) {
  for (;;) {
    auto [error, socket] = co_await acceptor.async_accept(as_result);
    if (!error) asio::co_spawn(acceptor.get_executor(), serve(std::move(socket)), asio::detached);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: bare_beast PORT\n";
    return 2;
  }
  asio::io_context context(1);
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), port});
  std::cout << "listens" << std::endl;
  asio::co_spawn(context, accept(std::move(acceptor)), asio::detached);
  context.run();
  return 0;
}
