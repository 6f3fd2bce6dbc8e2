#include "herd/live/websocket_stream.h"

#include <optional>
#include <utility>

#include "herd/base/json_text.h"
#include "herd/live/live_request.h"

namespace herd::live {

bool WebsocketStream::on_input(std::string_view bytes, std::string& out) {
  using Kind = WebsocketFrames::Kind;
  if (is_over_) return false;
  // Of several pings only the last must be answered (RFC 6455 section 5.5.3).
  std::optional<std::string> pong;
  std::optional<Error> error;
  while (const auto event = frames_.take(bytes)) {
    switch (event->kind) {
      case Kind::text:
        error.reset();
        if (auto wanted = parse_live_request(event->payload)) {
          place_.follow(*std::move(wanted));
        } else {
          error = wanted.error();
        }
        break;
      case Kind::ping:
        pong = event->payload;
        break;
      case Kind::pong:
        break;
      case Kind::close:
      case Kind::failure:
        is_over_ = true;
        append_websocket_close(out, event->code, event->kind == Kind::failure ? event->payload : std::string_view());
        return false;
    }
  }
  if (pong) append_websocket_pong(out, *pong);
  if (error) {
    std::string json = R"({"type":"error","detail":)";
    append_json_string(json, error->message);
    append_websocket_text(out, json + '}');
  }
  return true;
}

bool WebsocketStream::on_room(Time /*now*/, std::string& out) {
  if (is_over_) return false;
  const auto message = place_.next();
  if (!message) return true;
  if (message->kind == LiveMessage::Kind::end) {
    is_over_ = true;
    append_websocket_close(out, WebsocketClose::policy_violation, "this token is no longer known");
    return false;
  }
  if (message->json.empty()) {
    append_websocket_ping(out);
  } else if (message->token.empty()) {
    append_websocket_text(out, message->json);
  } else {
    std::string json(message->json.substr(0, message->json.size() - 1));
    ((json += R"(,"id":")") += message->token) += R"("})";
    append_websocket_text(out, json);
  }
  return true;
}

void WebsocketStream::on_stopping(std::string& out) {
  if (is_over_) return;
  is_over_ = true;
  append_websocket_close(out, WebsocketClose::going_away, "this server is stopping");
}

}  // namespace herd::live
