#include "herd/node/status.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <numeric>

namespace herd::node {

namespace json = boost::json;

namespace {

double seconds(Duration duration) {
  return static_cast<double>(duration) / second;
}

const char* name_of(net::NeighborLink::State state) {
  switch (state) {
    case net::NeighborLink::State::down:
      return "down";
    case net::NeighborLink::State::connecting:
      return "connecting";
    case net::NeighborLink::State::up:
      return "up";
  }
  return "";
}

const char* name_of(places::GoogleBreaker::State state) {
  switch (state) {
    case places::GoogleBreaker::State::closed:
      return "closed";
    case places::GoogleBreaker::State::open:
      return "open";
    case places::GoogleBreaker::State::on_trial:
      return "on trial";
  }
  return "";
}

json::object google_json(const net::GoogleStatus& status) {
  json::object object;
  object["questions"] = status.counts.questions;
  object["from_cache"] = status.counts.from_cache;
  object["joined"] = status.counts.joined;
  object["requests"] = status.counts.requests;
  object["requests_under_way"] = status.requests_under_way;
  object["requests_left_today"] = status.requests_left_today;
  object["answers"] = status.counts.answers;
  object["failures"] = status.counts.failures;
  object["last_failure"] = status.last_failure;
  object["breaker"] = name_of(status.breaker);
  object["breaker_opened"] = status.breaker_opened;
  object["spared"] = status.counts.spared;
  object["over_quota"] = status.counts.over_quota;
  object["crowded_out"] = status.counts.crowded_out;
  object["cached"] = status.cached;
  object["cache_bytes"] = status.cache_bytes;
  object["cache_evicted"] = status.cache_evicted;
  object["connections_made"] = status.connections_made;
  return object;
}

json::object link_json(const net::NeighborLink& neighbor, Time now) {
  const auto& link = neighbor.link();
  const auto& counters = link.counters();
  const auto status = neighbor.status();
  const bool up = status.state == net::NeighborLink::State::up;
  json::object object;
  object["peer"] = link.neighbor();
  object["state"] = name_of(status.state);
  object["since_s"] = seconds(now - status.since);
  object["reason"] = status.reason;
  object["round_trip_us"] = up ? link.round_trip() / microsecond : 0;
  object["lag_ms"] = up ? json::value(seconds(link.lag(now)) * 1000) : json::value(nullptr);
  object["catching_up"] = link.is_catching_up();
  object["unacknowledged"] = up ? link.unacknowledged() : 0;
  object["records_in"] = counters.records_in;
  object["records_accepted"] = counters.records_accepted;
  object["records_out"] = counters.records_out;
  object["bytes_in"] = counters.bytes_in;
  object["bytes_out"] = counters.bytes_out;
  object["connects"] = counters.connects;
  object["resumes"] = counters.resumes;
  object["exchanges"] = counters.exchanges;
  object["divergences"] = counters.divergences;
  return object;
}

}  // namespace

std::string status_json(const StatusContext& context, const Node& node,
                        const std::vector<const net::NeighborLink*>& links) {
  json::object status;
  status["server"] = context.server;
  status["herd"] = context.herd;
  status["version"] = HERD_VERSION;
  status["uptime_s"] = seconds(context.now - context.started_at);
  status["clients"] = node.store().clients();
  status["reports"] = node.counters().reports;
  status["reports_per_s"] = context.reports_per_s;
  status["changes"] = node.store().changes();
  status["connections"] = std::accumulate(context.connections.begin(), context.connections.end(), std::size_t{0});
  status["threads"] = context.connections.size();
  status["connections_by_thread"] = json::array(context.connections.begin(), context.connections.end());
  status["connections_refused"] = context.connections_refused;
  status["invalid_commands"] = node.counters().invalid_commands;
  status["clients_refused"] = node.counters().clients_refused;
  status["peer_refusals"] = context.peer_refusals;
  status["traffic_lines_left_out"] = context.traffic_lines_left_out;
  status["log_lines_dropped"] = context.log_lines_dropped;
  if (context.google) status["places"] = json::object{{"google", google_json(*context.google)}};
  json::array array;
  std::uint64_t divergences = 0;
  for (const auto* link : links) {
    array.push_back(link_json(*link, context.now));
    divergences += link->link().counters().divergences;
  }
  status["divergence_total"] = divergences;
  status["links"] = std::move(array);
  return json::serialize(status) + "\n";
}

}  // namespace herd::node
