#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

#include "herd/http/http_exchange.h"

namespace herd::net {

/// What is at the paths: /settled is answered whatever its body, /later is answered when the test says so, /live
/// becomes a feed, /large has a long body, and anything else says what was asked.
class HttpServiceOfTest : public http::HttpService {
 public:
  static constexpr std::size_t body_bytes_max = 100'000;

  std::unique_ptr<http::HttpExchange> begin(const http::HttpHead& head, Time /*now*/) override {
    return std::make_unique<Exchange>(*this, head);
  }

  struct Held {
    std::string target;
    http::HttpLater::Done done;
    void answer(std::string body) const {
      done(http::HttpResponse{.status = 200, .content_type = "text/plain", .body = std::move(body)});
    }
  };

  /// Waits until somebody asks for /later; throws after 10 s.
  Held next() {
    std::unique_lock lock(mutex_);
    if (!came_.wait_for(lock, std::chrono::seconds(10), [this] { return !held_.empty(); })) {
      throw std::runtime_error("nobody asked within 10 s");
    }
    auto held = std::move(held_.front());
    held_.pop_front();
    return held;
  }

 private:
  class Exchange : public http::HttpExchange {
   public:
    Exchange(HttpServiceOfTest& service, const http::HttpHead& head)
        : service_(service), method_(head.method), target_(head.target) {}

    bool is_settled() const override { return target_ == "/settled"; }
    std::size_t body_bytes_max() const override { return HttpServiceOfTest::body_bytes_max; }
    void on_body(std::string_view bytes, Time /*now*/) override { body_ += bytes; }

    http::HttpAnswer finish(Time /*now*/) override {
      if (target_.starts_with("/later")) {
        return http::HttpLater{[this](http::HttpLater::Done done) { service_.hold({target_, std::move(done)}); }};
      }
      if (target_ == "/live") return http::HttpLive{};
      if (target_ == "/ws") {
        http::HttpLive live;
        live.framing = http::HttpLive::Framing::websocket;
        live.websocket_key = "dGhlIHNhbXBsZSBub25jZQ==";
        return live;
      }
      if (target_ == "/settled") return http::problem(403, "you may not");
      if (target_ == "/none") return http::HttpResponse{.status = 204, .body = {}};
      if (target_ == "/forged") return http::HttpResponse{.body = "{}", .fields = {{"A", "b\r\nC: d"}}};
      if (target_ == "/large") {
        return http::HttpResponse{.content_type = "text/plain", .body = std::string(49'999, 'x') + '<'};
      }
      return http::HttpResponse{.content_type = "text/plain", .body = method_ + ' ' + target_ + ' ' + body_};
    }

   private:
    HttpServiceOfTest& service_;
    std::string method_;
    std::string target_;
    std::string body_;
  };

  void hold(Held held) {
    {
      const std::lock_guard lock(mutex_);
      held_.push_back(std::move(held));
    }
    came_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<Held> held_;
};

}  // namespace herd::net
