#include "herd/net/listener.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <sstream>
#include <stdexcept>

namespace herd::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr auto pause_after_error = std::chrono::milliseconds(100);

std::string text_of(const tcp::endpoint& endpoint) {
  std::ostringstream text;
  text << endpoint;
  return text.str();
}

}  // namespace

Listener::Listener(asio::io_context& context, const std::string& purpose, const std::string& host, std::uint16_t port)
    : acceptor_(context) {
  try {
    tcp::resolver resolver(context);
    const auto endpoint = resolver.resolve(host, std::to_string(port), tcp::resolver::passive)->endpoint();
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.bind(endpoint);
    acceptor_.listen(4096);
  } catch (const boost::system::system_error& error) {
    const auto* remedy =
        error.code() == asio::error::address_in_use ? "; does this herd run already? (proxyherd status)" : "";
    throw std::runtime_error("cannot listen on " + host + ":" + std::to_string(port) + " (" + purpose +
                             "): " + error.code().message() + remedy);
  }
}

asio::awaitable<void> Listener::accept(std::function<void(Socket)> on_socket) {
  asio::steady_timer pause(acceptor_.get_executor());
  while (acceptor_.is_open()) {
    auto [error, socket] = co_await acceptor_.async_accept(as_result);
    // A connection may have been accepted just before close() was called: it is too late for it.
    if (!acceptor_.is_open()) break;
    if (!error) {
      boost::system::error_code ignored;
      socket.non_blocking(true, ignored);
      socket.set_option(tcp::no_delay(true), ignored);
      // Phones vanish without a word; after some hours the system finds out.
      socket.set_option(tcp::socket::keep_alive(true), ignored);
      on_socket(std::move(socket));
    } else if (error != asio::error::operation_aborted) {
      // Most likely out of descriptors: some will be free soon.
      pause.expires_after(pause_after_error);
      co_await pause.async_wait(as_result);
    }
  }
}

std::string Listener::address() const {
  return text_of(acceptor_.local_endpoint());
}

void Listener::close() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
}

std::string remote_address(const tcp::socket& socket) {
  boost::system::error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  return error ? "unknown" : text_of(endpoint);
}

}  // namespace herd::net
