#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "herd/api/http_api.h"
#include "herd/net/event_loop.h"
#include "herd/node/status.h"

namespace herd::node {

/// What a server tells of itself over HTTP. What it looks at belongs to the main loop, so it is looked at there.
class SelfDescription : public api::HttpApi::Self {
 public:
  /// `look` is called on the main loop. Both outlive it, and it outlives what the loop still has to do.
  SelfDescription(net::EventLoop& main_loop, std::function<StatusContext()> look)
      : main_loop_(main_loop), look_(std::move(look)) {}

  void status(std::function<void(std::string)> done) override;
  void metrics(std::function<void(std::string)> done) override;
  std::string why_not_ready() override;

  /// Looks whether the server is ready; to be called every `look_every`, on the main loop.
  void look_at_readiness();
  static constexpr Duration look_every = 50 * millisecond;

 private:
  net::EventLoop& main_loop_;
  std::function<StatusContext()> look_;
  std::mutex mutex_;
  std::string why_not_ready_ = "this server has just begun";
};

}  // namespace herd::node
