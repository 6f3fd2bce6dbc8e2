#include "herd/node/status_service.h"

#include <memory>

namespace herd::node {

using protocols::HttpAnswer;
using protocols::HttpLater;
using protocols::HttpResponse;

namespace {

class Exchange : public protocols::HttpExchange {
 public:
  explicit Exchange(HttpAnswer answer) : answer_(std::move(answer)) {}

  std::size_t body_bytes_max() const override { return 1024; }
  void on_body(std::string_view /*bytes*/, Time /*now*/) override {}
  HttpAnswer finish(Time /*now*/) override { return std::move(answer_); }

 private:
  HttpAnswer answer_;
};

}  // namespace

std::unique_ptr<protocols::HttpExchange> StatusService::begin(const protocols::HttpHead& head, Time /*now*/) {
  if (head.path() != "/v1/status") {
    return std::make_unique<Exchange>(protocols::problem(404, "there is nothing at this path"));
  }
  if (head.method != "GET") {
    auto refusal = protocols::problem(405, "this path can be read only");
    refusal.fields.emplace_back("Allow", "GET, HEAD");
    return std::make_unique<Exchange>(std::move(refusal));
  }
  return std::make_unique<Exchange>(HttpLater{[this](HttpLater::Done done) {
    loop_.soon([this, done = std::move(done)] { done(HttpResponse{.body = status_()}); });
  }});
}

}  // namespace herd::node
