#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/logged_traffic.h"
#include "herd/net/http_server.h"
#include "net/http_service_of_test.h"
#include "net/line_connection.h"

namespace herd::net {

inline void eventually(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("not within 10 s");
    std::this_thread::yield();
  }
}

/// An HTTP server of two loops on a free port.
class HttpServerOfTest {
 public:
  explicit HttpServerOfTest(HttpServer::Options options = {}) {
    options.addresses = {{"127.0.0.1", 0}};
    if (options.connections_max == 0) options.connections_max = 100;
    server_ = std::make_unique<HttpServer>(loops_, options, service, log, [] {});
    address_ = server_->port().addresses().front();
    running_ = std::thread([this] { loops_.run(); });
  }
  HttpServerOfTest(const HttpServerOfTest&) = delete;
  ~HttpServerOfTest() { stop(); }

  LineConnection connect() const { return LineConnection(address_); }
  const std::string& address() const { return address_; }
  const HttpCounters& counters() const { return server_->counters(); }
  std::uint64_t refused() const { return server_->port().connections_refused(); }
  std::size_t connections() const {
    const auto counts = server_->port().connections();
    return std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  }
  void on_main_loop(std::function<void(HttpServer&)> action) {
    loops_.main().soon([this, action = std::move(action)] { action(*server_); });
  }

  /// Those that serve requests.
  std::vector<std::thread::id> threads() {
    std::vector<std::thread::id> all;
    for (std::size_t i = 0; i < loops_.size(); ++i) {
      std::promise<std::thread::id> thread;
      loops_[i].soon([&] { thread.set_value(std::this_thread::get_id()); });
      all.push_back(thread.get_future().get());
    }
    return all;
  }

  /// Has the server drain, and waits until it has looked whether something is under way: false if so.
  bool drains() {
    std::promise<void> has_looked;
    on_main_loop([&](HttpServer& server) {
      server.port().drain();
      loops_[1].soon([&] { has_looked.set_value(); });
    });
    has_looked.get_future().wait();
    return server_->port().is_drained();
  }

  /// Stops in order, and waits until it has.
  void stop() {
    if (!running_.joinable()) return;
    on_main_loop([](HttpServer& server) { server.port().close(); });
    running_.join();
    server_.reset();
  }

  HttpServiceOfTest service;
  LoggedTraffic log{0};

 private:
  EventLoops loops_{2};
  std::unique_ptr<HttpServer> server_;
  std::string address_;
  std::thread running_;
};

/// A response without its date, which nobody knows.
inline std::string without_date(std::string response) {
  for (std::size_t at = 0; (at = response.find("Date: ", at)) != std::string::npos;) {
    response.erase(at, response.find("\r\n", at) + 2 - at);
  }
  return response;
}

/// What a GET of a path but of those that are special is answered.
inline std::string answer_to(const std::string& method, const std::string& target, const std::string& body = "",
                             const std::string& fields = "") {
  const auto text = method + ' ' + target + ' ' + body;
  return "HTTP/1.1 200 OK\r\nServer: proxyherd\r\nContent-Type: text/plain\r\nContent-Length: " +
         std::to_string(text.size()) + "\r\n" + fields + "\r\n" + text;
}

inline std::string get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
}

/// A problem's response; the connection is closed behind it.
inline std::string refusal(const std::string& status, const std::string& title, const std::string& detail) {
  const auto body =
      R"({"type":"about:blank","title":")" + title + R"(","status":)" + status + R"(,"detail":")" + detail + "\"}\n";
  return "Server: proxyherd\r\nContent-Type: application/problem+json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
}

}  // namespace herd::net
