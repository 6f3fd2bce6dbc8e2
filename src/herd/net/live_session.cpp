#include "herd/net/live_session.h"

#include <utility>

#include "herd/net/clock.h"

namespace herd::net {

LiveSession::LiveSession(ClientStream stream, Services& services, http::HttpLive live, std::string input)
    : ClientSession(std::move(stream), goes_on),
      services_(services),
      beginning_(std::make_unique<Beginning>(std::move(live), std::move(input))) {}

LiveSession::~LiveSession() = default;

LiveSession::Next LiveSession::on_input(std::string_view bytes, Desk& desk) {
  if (input_has_ended()) return Next::abort;
  return live_->on_input(bytes, desk.replies) ? Next::write : Next::close;
}

LiveSession::Next LiveSession::go_on(Desk& desk) {
  if (const auto beginning = std::move(beginning_)) {
    live_ = services_.open(beginning->live, wall_now(), *this);
    if (!beginning->input.empty() && !live_->on_input(beginning->input, desk.replies)) return Next::close;
  }
  if (desk.is_stopping) return on_stopping(desk);
  if (!live_->on_room(wall_now(), desk.replies)) return Next::close;
  return desk.replies.empty() ? Next::input : Next::write;
}

LiveSession::Next LiveSession::on_stopping(Desk& desk) {
  live_->on_stopping(desk.replies);
  return Next::close;
}

void LiveSession::on_tls_failure(std::string_view /*reason*/) {
  services_.counters.tls_failures.add();
}

void LiveSession::on_stalled() {
  services_.counters.readers_too_slow.add();
}

}  // namespace herd::net
