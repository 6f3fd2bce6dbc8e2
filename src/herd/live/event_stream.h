#pragma once

#include <string>
#include <string_view>

#include "herd/live/live_place.h"
#include "herd/live/live_stream.h"

namespace herd::live {

/// A live feed as Server-Sent Events (HTML, section 9.2): what follows the head of a response of text/event-stream.
class EventStream : public LiveStream {
 public:
  explicit EventStream(LivePlace place) : place_(std::move(place)) {}

  bool on_input(std::string_view /*bytes*/, std::string& /*out*/) override { return true; }
  bool on_room(Time now, std::string& out) override;

 private:
  LivePlace place_;
  bool has_begun_ = false;
};

/// Appends a message as an event, a beat as an event of nothing but its id.
void append_event(std::string& out, const LiveMessage& message);

}  // namespace herd::live
