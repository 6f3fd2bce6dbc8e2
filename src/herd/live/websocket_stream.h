#pragma once

#include <string>
#include <string_view>

#include "herd/live/live_place.h"
#include "herd/live/live_stream.h"
#include "herd/live/websocket_frames.h"

namespace herd::live {

/// A live feed as a WebSocket (RFC 6455): what follows the head of the 101 response. Each message is one text; the
/// client may say whom it wants to follow instead (live_request.h).
class WebsocketStream : public LiveStream {
 public:
  explicit WebsocketStream(LivePlace place) : place_(std::move(place)) {}

  /// Answers no more than a pong, an error and a close, however much the client says at once.
  bool on_input(std::string_view bytes, std::string& out) override;
  bool on_room(Time now, std::string& out) override;
  void on_stopping(std::string& out) override;

 private:
  LivePlace place_;
  WebsocketFrames frames_;
  bool is_over_ = false;
};

}  // namespace herd::live
