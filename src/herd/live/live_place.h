#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "herd/protocols/live_subscription.h"

namespace herd::live {

class LiveFeed;

/// What a subscriber is told. The views are valid until the next message of anyone.
struct LiveMessage {
  enum class Kind : std::uint8_t {
    snapshot,
    changes,
    beat,  ///< that there is nothing to tell
    end    ///< that it may not follow any longer: its grant was revoked
  };
  Kind kind = Kind::beat;
  std::string_view json;   ///< one object in one line; empty if it is a beat or the end
  std::string_view token;  ///< with this a later subscriber may go on from here; empty: not from here
};

/// A subscriber's place in a feed, which it leaves when it is destroyed.
class LivePlace {
 public:
  LivePlace(LiveFeed& feed, std::uint32_t id) : feed_(&feed), id_(id) {}
  LivePlace(LivePlace&& other) noexcept : feed_(std::exchange(other.feed_, nullptr)), id_(other.id_) {}
  LivePlace& operator=(LivePlace&&) = delete;
  ~LivePlace();

  /// What there is to say now. None: not before the subscriber is woken.
  std::optional<LiveMessage> next();

  /// It wants others from now on: a snapshot will come.
  void follow(decltype(protocols::LiveSubscription::wanted) wanted);

 private:
  LiveFeed* feed_;
  std::uint32_t id_;
};

}  // namespace herd::live
