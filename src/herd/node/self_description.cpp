#include "herd/node/self_description.h"

#include "herd/node/metrics.h"

namespace herd::node {

void SelfDescription::status(std::function<void(std::string)> done) {
  main_loop_.soon([this, done = std::move(done)] { done(status_json(look_())); });
}

void SelfDescription::metrics(std::function<void(std::string)> done) {
  main_loop_.soon([this, done = std::move(done)] { done(metrics_text(look_())); });
}

std::string SelfDescription::why_not_ready() {
  const std::lock_guard lock(mutex_);
  return why_not_ready_;
}

void SelfDescription::look_at_readiness() {
  auto why_not = node::why_not_ready(look_());
  const std::lock_guard lock(mutex_);
  why_not_ready_ = std::move(why_not);
}

}  // namespace herd::node
