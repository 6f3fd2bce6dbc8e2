#pragma once

#include <functional>
#include <string>
#include <utility>

#include "herd/net/event_loop.h"
#include "herd/protocols/http_exchange.h"

namespace herd::node {

/// GET /v1/status, and nothing else.
class StatusService : public protocols::HttpService {
 public:
  /// `status` is called on the loop. Both must outlive it.
  StatusService(net::EventLoop& loop, std::function<std::string()> status) : loop_(loop), status_(std::move(status)) {}

  std::unique_ptr<protocols::HttpExchange> begin(const protocols::HttpHead& head, Time now) override;

 private:
  net::EventLoop& loop_;
  std::function<std::string()> status_;
};

}  // namespace herd::node
