#include "herd/protocols/http_handlers.h"

namespace herd::protocols {
namespace {

constexpr auto plain_text = "text/plain; charset=utf-8";

}  // namespace

HttpAnswer answer_status(const HttpCall& call, Time /*now*/) {
  return HttpLater{[&self = call.doors.self](const HttpLater::Done& done) {
    self.status([done](std::string json) { done({200, "application/json", std::move(json), {}}); });
  }};
}

HttpAnswer answer_metrics(const HttpCall& call, Time /*now*/) {
  return HttpLater{[&self = call.doors.self](const HttpLater::Done& done) {
    self.metrics(
        [done](std::string text) { done({200, "text/plain; version=0.0.4; charset=utf-8", std::move(text), {}}); });
  }};
}

HttpAnswer answer_is_alive(const HttpCall& /*call*/, Time /*now*/) {
  return HttpResponse{200, plain_text, "alive\n", {}};
}

HttpAnswer answer_is_ready(const HttpCall& call, Time /*now*/) {
  const auto why_not = call.doors.self.why_not_ready();
  if (why_not.empty()) return HttpResponse{200, plain_text, "ready\n", {}};
  auto response = problem(503, why_not);
  response.fields.emplace_back("Retry-After", "1");
  return response;
}

HttpAnswer answer_open_api(const HttpCall& call, Time /*now*/) {
  return HttpResponse{200, "application/json", call.doors.open_api, {}};
}

HttpAnswer answer_page(const HttpCall& call, Time /*now*/) {
  // It is text and style only: nothing may run or be loaded, whatever is in it.
  return HttpResponse{200,
                      "text/html; charset=utf-8",
                      call.doors.page,
                      {{"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"}}};
}

}  // namespace herd::protocols
