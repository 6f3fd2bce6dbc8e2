#include "herd/api/http_handlers.h"

namespace herd::api {
namespace {

constexpr auto plain_text = "text/plain; charset=utf-8";

}  // namespace

http::HttpAnswer answer_status(const HttpCall& call, Time /*now*/) {
  return http::HttpLater{[&self = call.doors.self](const http::HttpLater::Done& done) {
    self.status([done](std::string json) { done({200, "application/json", std::move(json), {}}); });
  }};
}

http::HttpAnswer answer_metrics(const HttpCall& call, Time /*now*/) {
  return http::HttpLater{[&self = call.doors.self](const http::HttpLater::Done& done) {
    self.metrics(
        [done](std::string text) { done({200, "text/plain; version=0.0.4; charset=utf-8", std::move(text), {}}); });
  }};
}

http::HttpAnswer answer_is_alive(const HttpCall& /*call*/, Time /*now*/) {
  return http::HttpResponse{200, plain_text, "alive\n", {}};
}

http::HttpAnswer answer_is_ready(const HttpCall& call, Time /*now*/) {
  const auto why_not = call.doors.self.why_not_ready();
  if (why_not.empty()) return http::HttpResponse{200, plain_text, "ready\n", {}};
  auto response = http::problem(503, why_not);
  response.fields.emplace_back("Retry-After", "1");
  return response;
}

http::HttpAnswer answer_open_api(const HttpCall& call, Time /*now*/) {
  return http::HttpResponse{200, "application/json", call.doors.open_api, {}};
}

http::HttpAnswer answer_page(const HttpCall& call, Time /*now*/) {
  // It is text and style only: nothing may run or be loaded, whatever is in it.
  return http::HttpResponse{200,
                            "text/html; charset=utf-8",
                            call.doors.page,
                            {{"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"}}};
}

}  // namespace herd::api
