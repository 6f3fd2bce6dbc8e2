#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "herd/base/time.h"
#include "herd/net/google_places.h"
#include "herd/net/neighbor_link.h"
#include "herd/node/node.h"

namespace herd::node {

/// A number that a part of the server tells of itself: in the status as it is named, to Prometheus with the part's name
/// before it and "_total" behind a counter's.
struct Figure {
  enum class Kind : std::uint8_t { counter, gauge };
  std::string_view name;  ///< "requests_refused"; a unit, if it has one, last: "bytes", "seconds"
  std::string_view help;  ///< what it is, for people
  Kind kind = Kind::counter;
  std::uint64_t value = 0;
};

/// A part of the server: "http".
struct FigureGroup {
  std::string_view name;
  std::vector<Figure> figures;
};

/// A link as its server sees it at a moment.
struct LinkView {
  LinkView() = default;
  LinkView(const net::NeighborLink& neighbor, Time now);

  std::string peer;
  net::NeighborLink::State state = net::NeighborLink::State::down;
  Duration since = 0;           ///< how long it has been in this state
  std::string reason;           ///< why it is not up
  Duration round_trip = 0;      ///< 0: not measured, or not up
  std::optional<Duration> lag;  ///< none: not up
  bool is_catching_up = false;
  std::uint64_t unacknowledged = 0;
  flood::LinkCounters counters;
};

/// A server as it is at a moment: what GET /v1/status and /metrics tell.
struct StatusContext {
  std::string herd;
  std::string server;
  Time now = 0;         ///< steady clock
  Time started_at = 0;  ///< steady clock
  bool is_stopping = false;
  double reports_per_s = 0;
  std::vector<std::size_t> connections;  ///< of each event loop, the main one first
  std::uint64_t connections_refused = 0;
  std::uint64_t connections_given_up = 0;
  std::uint64_t log_lines_dropped = 0;
  std::uint64_t traffic_lines_left_out = 0;
  std::uint64_t peer_refusals = 0;
  std::optional<net::GoogleStatus> google;  ///< none: Google is not asked
  std::vector<FigureGroup> groups;          ///< of further parts
  std::uint64_t clients = 0;
  std::uint64_t changes = 0;
  NodeCounters node;
  std::vector<LinkView> links;

  /// Looks at the node and the links, on the thread of the links; `now` is there already.
  void look_at(const Node& looked_at, const std::vector<const net::NeighborLink*>& neighbors);
};

/// The JSON of GET /v1/status: this server, and its links as it sees them.
std::string status_json(const StatusContext& context);

/// Why no clients should be sent to this server: it is about to stop, it catches up with a neighbour, or it has just
/// begun and waits for one, at most `readiness_wait_max`. Empty: they should.
std::string why_not_ready(const StatusContext& context);
inline constexpr Duration readiness_wait_max = 5 * second;

}  // namespace herd::node
