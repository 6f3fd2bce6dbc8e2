#include "herd/live/websocket_frames.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "herd/base/utf8.h"
#include "herd/live/live_request.h"

namespace {

using herd::live::WebsocketFrames;

/// What a client says, whose bytes come so many at a time.
std::vector<std::string> events(std::string_view bytes, std::size_t at_a_time) {
  WebsocketFrames frames;
  std::vector<std::string> said;
  while (!bytes.empty()) {
    auto some = bytes.substr(0, at_a_time);
    bytes.remove_prefix(some.size());
    while (const auto event = frames.take(some)) {
      const bool is_text = event->kind == WebsocketFrames::Kind::text;
      const auto bytes_max = is_text ? WebsocketFrames::message_bytes_max : WebsocketFrames::control_bytes_max;
      if (event->payload.size() > bytes_max) std::abort();
      if (is_text && !herd::is_utf8(event->payload)) std::abort();
      if (is_text) static_cast<void>(herd::live::parse_live_request(event->payload));
      said.push_back(std::to_string(static_cast<int>(event->kind)) + std::string(event->payload));
    }
    if (!some.empty()) std::abort();
  }
  return said;
}

}  // namespace

/// A WebSocket client of any bytes is understood or refused, within the bounds, and however its bytes come.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (events(bytes, bytes.size()) != events(bytes, 1 + data[0])) std::abort();
  return 0;
}
