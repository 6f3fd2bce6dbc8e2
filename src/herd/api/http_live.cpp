#include <algorithm>
#include <utility>

#include "herd/api/http_endpoints.h"
#include "herd/api/http_handlers.h"
#include "herd/base/base64.h"
#include "herd/base/result.h"
#include "herd/base/text.h"

namespace herd::api {
namespace {

/// Whether a word is in a list with commas (RFC 9110 section 5.6.1), whatever its case.
bool lists(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const auto one = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), one.size() + 1));
    if (equal_ignoring_case(trim(one), word)) return true;
  }
  return false;
}

/// 16 bytes in Base64, as RFC 6455 section 4.1 has it.
bool is_websocket_key(std::string_view key) {
  const auto bytes = decode_base64(key);
  return bytes && bytes->size() == 16;
}

Result<protocols::LiveSubscription> subscription_of(HttpCall& call) {
  const auto& arguments = call.arguments;
  const auto* const near = arguments.point("near");
  const auto* const box = arguments.box("bbox");
  const auto* const clients = arguments.clients("clients");
  if ((near != nullptr) + (box != nullptr) + (clients != nullptr) != 1) {
    return Error{
        "say which clients to follow, in one way: near=latitude,longitude or bbox=west,south,east,north or "
        "clients=a,b,c"};
  }
  if (near == nullptr && arguments.has("radius")) return Error{"radius belongs to near; leave it out"};
  protocols::LiveSubscription subscription;
  if (near != nullptr) {
    subscription.wanted = protocols::LiveSubscription::Circle{*near, arguments.number("radius")};
  } else if (box != nullptr) {
    subscription.wanted = *box;
  } else {
    subscription.wanted = *clients;
  }
  subscription.grant = std::move(call.grant);
  return subscription;
}

std::unique_ptr<http::HttpExchange> foregone(http::HttpAnswer answer) {
  return std::make_unique<HttpForegone>(std::move(answer));
}

http::HttpResponse no_websocket(std::string_view detail) {
  auto response = http::problem(426, detail);
  response.fields = {{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}};
  return response;
}

}  // namespace

std::unique_ptr<http::HttpExchange> begin_events(HttpCall call, const http::HttpHead& head) {
  auto subscription = subscription_of(call);
  if (!subscription) return foregone(http::problem(400, subscription.error().message));
  http::HttpLive live{http::HttpLive::Framing::events, *std::move(subscription)};
  live.last_event_id = head.field("Last-Event-ID");
  return foregone(std::move(live));
}

std::unique_ptr<http::HttpExchange> begin_websocket(HttpCall call, const http::HttpHead& head) {
  const bool is_asked_for = lists(head.field("Upgrade"), "websocket") && lists(head.field("Connection"), "upgrade");
  if (!is_asked_for || head.is_head) {
    return foregone(no_websocket("here is a WebSocket: ask for it with Upgrade: websocket and Connection: Upgrade"));
  }
  if (head.field("Sec-WebSocket-Version") != "13") {
    return foregone(no_websocket("Sec-WebSocket-Version must be 13 (RFC 6455)"));
  }
  const auto key = head.field("Sec-WebSocket-Key");
  if (!is_websocket_key(key)) {
    return foregone(http::problem(400, "Sec-WebSocket-Key must be 16 bytes in Base64 (RFC 6455)"));
  }
  auto subscription = subscription_of(call);
  if (!subscription) return foregone(http::problem(400, subscription.error().message));
  http::HttpLive live{http::HttpLive::Framing::websocket, *std::move(subscription)};
  if (const auto* const last = call.arguments.text("last_event_id")) live.last_event_id = *last;
  live.websocket_key = key;
  return foregone(std::move(live));
}

}  // namespace herd::api
