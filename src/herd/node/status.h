#pragma once

#include <optional>
#include <string>
#include <vector>

#include "herd/base/time.h"
#include "herd/net/google_places.h"
#include "herd/net/neighbor_link.h"
#include "herd/node/node.h"

namespace herd::node {

/// What GET /v1/status tells, besides what the node itself counts.
struct StatusContext {
  std::string herd;
  std::string server;
  Time now = 0;         ///< steady clock
  Time started_at = 0;  ///< steady clock
  double reports_per_s = 0;
  std::vector<std::size_t> connections;  ///< of each event loop, the main one first
  std::uint64_t connections_refused = 0;
  std::uint64_t log_lines_dropped = 0;
  std::uint64_t traffic_lines_left_out = 0;
  std::uint64_t peer_refusals = 0;
  std::optional<net::GoogleStatus> google;  ///< none: Google is not asked
};

/// The JSON of GET /v1/status: this server, and its links as it sees them.
std::string status_json(const StatusContext& context, const Node& node,
                        const std::vector<const net::NeighborLink*>& links);

}  // namespace herd::node
