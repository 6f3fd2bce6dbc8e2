#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "herd/base/spread_count.h"
#include "herd/base/traffic_log.h"
#include "herd/http/http_exchange.h"
#include "herd/protocols/access.h"
#include "herd/protocols/herd.h"

namespace herd::trackers {

/// The apps for phones that are understood; osmand also stands for those that speak its way: GPSLogger, the older
/// Traccar Client and anything else with an address to fill in.
enum class TrackerApp : std::uint8_t { owntracks, traccar, osmand, overland };
inline constexpr std::size_t tracker_apps = 4;
/// "OwnTracks"
std::string_view name_of(TrackerApp app);

struct TrackerOptions {
  /// The answer to an OwnTracks location has the positions of the others that its sender may read.
  bool owntracks_friends = false;
  /// Where points that cannot be used are noted, with the reason; null: nowhere. Outlives the TrackerApps.
  TrafficLog* log = nullptr;
};

/// Of one app. Any thread may read them.
struct TrackerCounters {
  std::atomic<std::uint64_t> requests = 0;  ///< that were told to be of this app
  std::atomic<std::uint64_t> reports = 0;   ///< taken, late ones and those sent again included
  std::atomic<std::uint64_t> broken = 0;    ///< points that cannot be used; where the app would send them for ever, it
                                            ///< was told that all is well
  std::atomic<std::uint64_t> refused = 0;   ///< points for which there was no room, or that came too often
};

/// What phones' tracker apps send to the HTTP port, whatever the path: which app it is shows in the content. Any thread
/// may call anything. How each app is set up is told in docs/apps.
class TrackerApps {
 public:
  /// A longer body is refused.
  static constexpr std::size_t body_bytes_max = std::size_t{1} << 20U;
  /// A body that takes less memory always has room.
  static constexpr std::size_t large_body_bytes_min = std::size_t{32} << 10U;
  /// Those that take more have so much together; one for which there is none is refused with 503.
  static constexpr std::size_t large_bodies_bytes_max = std::size_t{128} << 20U;
  /// Of a query or a form; the rest is passed over. More than any app sends: attributes have room for fewer.
  static constexpr std::size_t fields_max = 128;

  /// All of these outlive it, and it outlives its exchanges.
  TrackerApps(protocols::Herd& herd, protocols::Access& access, TrackerOptions options)
      : herd_(herd), access_(access), options_(options) {}

  /// A request, GET or POST. Counts it with Access::admits(), asks for its grant and answers 401, 403, 415 and 429
  /// itself: whoever hands it on has done nothing of that for it.
  std::unique_ptr<http::HttpExchange> begin(const http::HttpHead& head, Time now);

  const TrackerCounters& counters(TrackerApp app) const { return counters_.at(static_cast<std::size_t>(app)); }
  std::uint64_t large_bodies_refused() const { return large_bodies_refused_.sum(); }

 private:
  class Exchange;

  protocols::Herd& herd_;
  protocols::Access& access_;
  TrackerOptions options_;
  std::array<TrackerCounters, tracker_apps> counters_;
  std::atomic<std::size_t> large_bodies_bytes_ = 0;
  SpreadCount large_bodies_refused_;
};

}  // namespace herd::trackers
