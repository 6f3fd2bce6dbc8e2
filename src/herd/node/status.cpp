#include "herd/node/status.h"

#include <numeric>

#include "herd/base/text.h"
#include "herd/node/json_object.h"

namespace herd::node {

namespace {

using State = net::NeighborLink::State;

double seconds(Duration duration) {
  return static_cast<double>(duration) / second;
}

std::string_view word_of(bool value) {
  return value ? "true" : "false";
}

std::string_view name_of(State state) {
  switch (state) {
    case State::down:
      return "down";
    case State::connecting:
      return "connecting";
    case State::up:
      return "up";
  }
  return "";
}

std::string_view name_of(google::GoogleBreaker::State state) {
  switch (state) {
    case google::GoogleBreaker::State::closed:
      return "closed";
    case google::GoogleBreaker::State::open:
      return "open";
    case google::GoogleBreaker::State::on_trial:
      return "on trial";
  }
  return "";
}

std::string google_json(const net::GoogleStatus& status) {
  JsonObject object;
  object.whole("questions", status.counts.questions);
  object.whole("from_cache", status.counts.from_cache);
  object.whole("joined", status.counts.joined);
  object.whole("requests", status.counts.requests);
  object.whole("requests_under_way", status.requests_under_way);
  object.whole("requests_left_today", status.requests_left_today);
  object.whole("answers", status.counts.answers);
  object.whole("failures", status.counts.failures);
  object.text("last_failure", status.last_failure);
  object.text("breaker", name_of(status.breaker));
  object.whole("breaker_opened", status.breaker_opened);
  object.whole("spared", status.counts.spared);
  object.whole("over_quota", status.counts.over_quota);
  object.whole("crowded_out", status.counts.crowded_out);
  object.whole("cached", status.cached);
  object.whole("cache_bytes", status.cache_bytes);
  object.whole("cache_evicted", status.cache_evicted);
  object.whole("connections_made", status.connections_made);
  return std::move(object).take();
}

std::string link_json(const LinkView& link) {
  JsonObject object;
  object.text("peer", link.peer);
  object.text("state", name_of(link.state));
  object.number("since_s", seconds(link.since));
  object.text("reason", link.reason);
  object.whole("round_trip_us", static_cast<std::uint64_t>(link.round_trip / microsecond));
  if (link.lag) {
    object.number("lag_ms", seconds(*link.lag) * 1000);
  } else {
    object.json("lag_ms", "null");
  }
  object.json("catching_up", word_of(link.is_catching_up));
  object.whole("unacknowledged", link.unacknowledged);
  object.whole("records_in", link.counters.records_in);
  object.whole("records_accepted", link.counters.records_accepted);
  object.whole("records_out", link.counters.records_out);
  object.whole("bytes_in", link.counters.bytes_in);
  object.whole("bytes_out", link.counters.bytes_out);
  object.whole("connects", link.counters.connects);
  object.whole("resumes", link.counters.resumes);
  object.whole("exchanges", link.counters.exchanges);
  object.whole("divergences", link.counters.divergences);
  return std::move(object).take();
}

/// "[1,2]" of what `text_of` makes of each.
template <class Range, class TextOf>
std::string array_json(const Range& range, TextOf text_of) {
  std::string out = "[";
  for (const auto& each : range) {
    if (out.size() > 1) out += ',';
    out += text_of(each);
  }
  return out + ']';
}

}  // namespace

LinkView::LinkView(const net::NeighborLink& neighbor, Time now) {
  const auto& link = neighbor.link();
  const auto status = neighbor.status();
  const bool is_up = status.state == State::up;
  peer = link.neighbor();
  state = status.state;
  since = now - status.since;
  reason = status.reason;
  is_catching_up = link.is_catching_up();
  counters = link.counters();
  if (!is_up) return;
  round_trip = link.round_trip();
  lag = link.lag(now);
  unacknowledged = link.unacknowledged();
}

void StatusContext::look_at(const Node& looked_at, const std::vector<const net::NeighborLink*>& neighbors) {
  clients = looked_at.store().clients();
  changes = looked_at.store().changes();
  node = looked_at.counters();
  links.clear();
  for (const auto* neighbor : neighbors) links.emplace_back(*neighbor, now);
}

std::string status_json(const StatusContext& context) {
  JsonObject status;
  status.text("server", context.server);
  status.text("herd", context.herd);
  status.text("version", HERD_VERSION);
  status.number("uptime_s", seconds(context.now - context.started_at));
  const auto not_ready = why_not_ready(context);
  status.json("ready", word_of(not_ready.empty()));
  status.text("not_ready_because", not_ready);
  status.whole("clients", context.clients);
  status.whole("reports", context.node.reports);
  status.number("reports_per_s", context.reports_per_s);
  status.whole("changes", context.changes);
  status.whole("connections", std::accumulate(context.connections.begin(), context.connections.end(), std::size_t{0}));
  status.whole("threads", context.connections.size());
  status.json("connections_by_thread",
              array_json(context.connections, [](std::size_t count) { return std::to_string(count); }));
  status.whole("connections_refused", context.connections_refused);
  status.whole("connections_given_up", context.connections_given_up);
  status.whole("invalid_commands", context.node.invalid_commands);
  status.whole("clients_refused", context.node.clients_refused);
  status.whole("reports_too_often", context.node.reports_too_often);
  status.whole("clients_forgotten", context.node.clients_forgotten);
  status.whole("searches_cut_short", context.node.searches_cut_short);
  status.whole("peer_refusals", context.peer_refusals);
  status.whole("traffic_lines_left_out", context.traffic_lines_left_out);
  status.whole("log_lines_dropped", context.log_lines_dropped);
  if (context.google) {
    JsonObject places;
    places.json("google", google_json(*context.google));
    status.json("places", std::move(places).take());
  }
  for (const auto& group : context.groups) {
    JsonObject figures;
    for (const auto& figure : group.figures) figures.whole(figure.name, figure.value);
    status.json(group.name, std::move(figures).take());
  }
  std::uint64_t divergences = 0;
  for (const auto& link : context.links) divergences += link.counters.divergences;
  status.whole("divergence_total", divergences);
  status.json("links", array_json(context.links, link_json));
  return std::move(status).take() + '\n';
}

std::string why_not_ready(const StatusContext& context) {
  if (context.is_stopping) return "this server is stopping";
  const bool waits = context.now - context.started_at < readiness_wait_max;
  std::string catching_up;
  std::string awaited;
  for (const auto& link : context.links) {
    auto& names = link.is_catching_up ? catching_up : awaited;
    if (!link.is_catching_up && (link.counters.connects != 0 || !waits)) continue;
    if (!names.empty()) names += " and ";
    names += link.peer;
  }
  if (!catching_up.empty()) return "catching up with " + catching_up;
  return awaited.empty() ? "" : "waiting for " + awaited;
}

}  // namespace herd::node
