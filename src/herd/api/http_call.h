#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "herd/api/http_api.h"
#include "herd/api/http_arguments.h"
#include "herd/http/http_exchange.h"

namespace herd::api {

/// What the endpoints have to do with. All of it outlives every exchange.
struct HttpDoors {
  protocols::Herd& herd;
  places::Provider& places;
  protocols::Access& access;
  HttpApi::Self& self;
  std::string open_api;  ///< /openapi.json
  std::string page;      ///< /v1/docs
};

/// A request to an endpoint, whose parameters and grant are in order.
struct HttpCall {
  const HttpDoors& doors;
  const Endpoint& endpoint;
  HttpArguments arguments;
  std::shared_ptr<const protocols::Grant> grant;
  std::string address;         ///< of the client, without its port
  bool wants_geojson = false;  ///< by its Accept field
};

/// A request without a body of interest, whose answer is made by a function.
template <http::HttpAnswer (*Answer)(const HttpCall&, Time now)>
class HttpQuestion : public http::HttpExchange {
 public:
  explicit HttpQuestion(HttpCall call) : call_(std::move(call)) {}

  static std::unique_ptr<http::HttpExchange> begin(HttpCall call, const http::HttpHead& /*head*/) {
    return std::make_unique<HttpQuestion>(std::move(call));
  }

  std::size_t body_bytes_max() const override { return call_.endpoint.body_bytes_max; }
  void on_body(std::string_view /*bytes*/, Time /*now*/) override {}
  http::HttpAnswer finish(Time now) override { return Answer(call_, now); }
  bool is_traffic() const override { return call_.endpoint.is_traffic(); }

 private:
  HttpCall call_;
};

/// A request whose answer is there before its body, which is passed over.
class HttpForegone : public http::HttpExchange {
 public:
  explicit HttpForegone(http::HttpAnswer answer) : answer_(std::move(answer)) {}

  bool is_settled() const override { return std::holds_alternative<http::HttpResponse>(answer_); }
  std::size_t body_bytes_max() const override { return http::skipped_body_bytes_max; }
  void on_body(std::string_view /*bytes*/, Time /*now*/) override {}
  http::HttpAnswer finish(Time /*now*/) override { return std::move(answer_); }

 private:
  http::HttpAnswer answer_;
};

}  // namespace herd::api
