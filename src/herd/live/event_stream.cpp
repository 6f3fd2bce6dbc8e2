#include "herd/live/event_stream.h"

namespace herd::live {

bool EventStream::on_room(Time /*now*/, std::string& out) {
  if (!has_begun_) {
    // How many ms to wait before connecting again.
    out += "retry: 1000\n\n";
    has_begun_ = true;
  }
  const auto message = place_.next();
  if (!message) return true;
  if (message->kind == LiveMessage::Kind::end) return false;
  append_event(out, *message);
  return true;
}

void append_event(std::string& out, const LiveMessage& message) {
  switch (message.kind) {
    case LiveMessage::Kind::snapshot:
      out += "event: snapshot\n";
      break;
    case LiveMessage::Kind::changes:
      out += "event: changes\n";
      break;
    case LiveMessage::Kind::beat:
    case LiveMessage::Kind::end:
      out += ":\n";
      break;
  }
  if (!message.token.empty()) ((out += "id: ") += message.token) += '\n';
  if (!message.json.empty()) ((out += "data: ") += message.json) += '\n';
  out += '\n';
}

}  // namespace herd::live
