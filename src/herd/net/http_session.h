#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "herd/base/traffic_log.h"
#include "herd/http/http_exchange.h"
#include "herd/net/client_session.h"
#include "herd/net/http_counters.h"
#include "herd/net/http_parser.h"
#include "herd/net/http_responses.h"

namespace herd::net {

/// One client's connection in HTTP/1.1: requests one after the other, pipelined perhaps, each answered before the next
/// is looked at. If it becomes a live feed, another session takes over.
///
/// It has bytes of its own only while a request is incomplete or is being answered, or its client does not read.
class HttpSession : public ClientSession {
 public:
  /// No further request is answered before these are sent.
  static constexpr std::size_t replies_bytes_max = 256 * 1024;

  /// What a request needs while it is under way.
  struct Request {
    HttpParser parser;
    std::unique_ptr<http::HttpExchange> exchange;  // once there is a head
    http::HttpLater later;                         // while that makes the response
    bool is_head = false;                          // HEAD
    std::size_t body_bytes = 0;                    // since its patience was renewed
  };

  /// What the sessions of one loop share.
  struct Services {
    http::HttpService& service;
    TrafficLog& log;
    HttpCounters& counters;
    std::size_t body_bytes_min;  ///< each time patience with a body is renewed
    std::function<void(const std::string& text)> warn;
    /// Takes over a connection on which a live head was sent, with the input behind the request; null: there are no
    /// live feeds.
    std::function<void(ClientStream, http::HttpLive, std::string input)> go_live;
    HttpResponses responses = {};
    std::unique_ptr<Request> spare = nullptr;  ///< what the last request needed
  };

  /// The services must outlive it.
  HttpSession(ClientStream stream, Services& services, std::string client_address);
  ~HttpSession() override;

  void ask(Bring bring) override;
  void hand_over() override;

 private:
  Next on_input(std::string_view bytes, Desk& desk) override;
  Next go_on(Desk& desk) override;
  Patience patience_for_input() const override;
  Next on_late_input(Desk& desk) override;
  Next on_stopping(Desk& desk) override;
  Next on_misunderstanding(bool speaks_tls, Desk& desk) override;
  void on_tls_failure(std::string_view reason) override;
  void on_stalled() override;

  Next serve(std::string_view fresh, Desk& desk);
  Next serve_requests(std::string_view& input, Desk& desk);
  Next begin(bool has_input, Desk& desk);
  Next answer(http::HttpAnswer&& answer, bool has_input, Desk& desk);
  Next respond(const http::HttpResponse& response, bool has_input, Desk& desk);
  Next go_live(http::HttpLive&& live, Desk& desk);
  Next refuse(const http::HttpResponse& response, Desk& desk);
  Next forgo_body(Desk& desk);
  Next refuse(const HttpParser::Refusal& refusal, Desk& desk);
  void log_out(std::uint16_t status);
  void end_request();

  Services& services_;
  std::string client_address_;
  std::string kept_;  // input that nothing was made of yet
  std::unique_ptr<Request> request_;
  std::unique_ptr<http::HttpLive> live_;  // from its head on
};

}  // namespace herd::net
