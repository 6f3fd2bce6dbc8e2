#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "herd/base/time.h"
#include "herd/http/http_exchange.h"

namespace herd::live {

/// What follows a response's head on a connection that became a live feed: bytes in, bytes out, for ever.
class LiveStream {
 public:
  virtual ~LiveStream() = default;

  /// Bytes of the client: frames of a WebSocket; an event stream has none to say. Appends what must be answered. False:
  /// send that, then close.
  virtual bool on_input(std::string_view bytes, std::string& out) = 0;

  /// All that was appended before is with the system, and there is room: appends what there is to say now, about 64 KiB
  /// at the most. Nothing: wait until `wake` is called. False: send that, then close.
  virtual bool on_room(Time now, std::string& out) = 0;

  /// The server is stopping: appends what is said last.
  virtual void on_stopping(std::string& /*out*/) {}
};

}  // namespace herd::live
