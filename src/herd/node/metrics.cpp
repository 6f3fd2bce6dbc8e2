#include "herd/node/metrics.h"

#include <array>

#include "herd/net/process_usage.h"
#include "herd/node/metrics_text.h"

namespace herd::node {
namespace {

using Kind = Figure::Kind;

double seconds(Duration duration) {
  return static_cast<double>(duration) / second;
}

void write_server(MetricsText& out, const StatusContext& context) {
  out.metric("build_info", Kind::gauge, "Always 1; its label is the version that runs.");
  out.value("version", HERD_VERSION, std::uint64_t{1});
  out.metric("uptime_seconds", Kind::gauge, "Since the server began.");
  out.value(seconds(context.now - context.started_at));
  out.metric("ready", Kind::gauge, "1 if clients should be sent to this server, as /readyz tells.");
  out.value(std::uint64_t{why_not_ready(context).empty() ? 1U : 0U});

  struct One {
    std::string_view name;
    Kind kind;
    std::string_view help;
    std::uint64_t value;
  };
  for (const auto& one : std::to_array<One>({
           {"clients", Kind::gauge, "Clients whose places are known, whichever server heard them.", context.clients},
           {"changes", Kind::counter, "Reports that became the newest of their client, of any server.",
            context.changes},
           {"reports", Kind::counter, "Valid reports that clients told this server.", context.node.reports},
           {"clients_refused", Kind::counter, "Reports of new clients for which there was no room.",
            context.node.clients_refused},
           {"reports_too_often", Kind::counter, "Reports over the rate of their client.",
            context.node.reports_too_often},
           {"clients_forgotten", Kind::counter, "Clients that this server was told to forget.",
            context.node.clients_forgotten},
           {"searches_cut_short", Kind::counter,
            "Questions for who is around, of somebody who may not read most of those.",
            context.node.searches_cut_short},
           {"invalid_commands", Kind::counter, "Commands of the line port that were answered with a question mark.",
            context.node.invalid_commands},
           {"line_connections_refused", Kind::counter, "Clients of the line port for whom there was no descriptor.",
            context.connections_refused},
           {"connections_given_up", Kind::counter,
            "Clients that were closed while too much waited for clients who do not read.",
            context.connections_given_up},
           {"peer_refusals", Kind::counter, "Connections to the peer port that were turned away.",
            context.peer_refusals},
           {"log_lines_dropped", Kind::counter, "Lines that the log had no room for.", context.log_lines_dropped},
           {"traffic_lines_left_out", Kind::counter, "Lines of traffic over the limit of the log.",
            context.traffic_lines_left_out},
       })) {
    out.metric(one.name, one.kind, one.help);
    out.value(one.value);
  }
  out.metric("line_connections", Kind::gauge, "Clients of the line port, by event loop.");
  for (std::size_t loop = 0; loop < context.connections.size(); ++loop) {
    out.value("loop", std::to_string(loop), std::uint64_t{context.connections[loop]});
  }
  out.metric("cpu_seconds", Kind::counter, "CPU time of the process, user and system.");
  out.value(seconds(net::own_cpu()));
}

void write_groups(MetricsText& out, const StatusContext& context) {
  for (const auto& group : context.groups) {
    for (const auto& figure : group.figures) {
      out.metric(std::string(group.name) + '_' + std::string(figure.name), figure.kind, figure.help);
      out.value(figure.value);
    }
  }
}

void write_google(MetricsText& out, const net::GoogleStatus& google) {
  struct One {
    std::string_view name;
    Kind kind;
    std::string_view help;
    std::uint64_t value;
  };
  const auto& counts = google.counts;
  for (const auto& one : std::to_array<One>({
           {"questions", Kind::counter, "Questions for places that came here.", counts.questions},
           {"from_cache", Kind::counter, "Questions answered from memory.", counts.from_cache},
           {"joined", Kind::counter, "Questions that waited for the request of an equal one.", counts.joined},
           {"requests", Kind::counter, "Requests made to Google.", counts.requests},
           {"answers", Kind::counter, "Requests that were answered.", counts.answers},
           {"failures", Kind::counter, "Requests that failed.", counts.failures},
           {"spared", Kind::counter, "Questions not asked while requests were failing.", counts.spared},
           {"over_quota", Kind::counter, "Questions not asked for want of requests of the day.", counts.over_quota},
           {"crowded_out", Kind::counter, "Questions not asked, too many being under way.", counts.crowded_out},
           {"cache_evicted", Kind::counter, "Answers forgotten for want of room.", google.cache_evicted},
           {"breaker_opened", Kind::counter, "Times that requests were paused.", google.breaker_opened},
           {"connections_made", Kind::counter, "Connections made to Google.", google.connections_made},
           {"requests_under_way", Kind::gauge, "Requests without an answer yet.", google.requests_under_way},
           {"requests_left_today", Kind::gauge, "Requests that may still be made today.", google.requests_left_today},
           {"cached", Kind::gauge, "Answers in memory.", google.cached},
           {"cache_bytes", Kind::gauge, "Bytes of the answers in memory.", google.cache_bytes},
       })) {
    out.metric("google_" + std::string(one.name), one.kind, one.help);
    out.value(one.value);
  }
}

void write_links(MetricsText& out, const std::vector<LinkView>& links) {
  struct One {
    std::string_view name;
    Kind kind;
    std::string_view help;
    double (*value)(const LinkView&);
  };
  for (const auto& one : std::to_array<One>({
           {"up", Kind::gauge, "1 if the link is up.",
            [](const LinkView& link) { return link.state == net::NeighborLink::State::up ? 1.0 : 0.0; }},
           {"catching_up", Kind::gauge, "1 while the neighbour brings what it held when the link came up.",
            [](const LinkView& link) { return link.is_catching_up ? 1.0 : 0.0; }},
           {"round_trip_seconds", Kind::gauge, "Of the last heartbeat; 0 while the link is not up.",
            [](const LinkView& link) { return seconds(link.round_trip); }},
           {"lag_seconds", Kind::gauge, "Age of the oldest change that the neighbour has not acknowledged.",
            [](const LinkView& link) { return seconds(link.lag.value_or(0)); }},
           {"unacknowledged", Kind::gauge, "Changes that the neighbour has not acknowledged.",
            [](const LinkView& link) { return static_cast<double>(link.unacknowledged); }},
           {"records_received", Kind::counter, "Records that the neighbour sent.",
            [](const LinkView& link) { return static_cast<double>(link.counters.records_in); }},
           {"records_accepted", Kind::counter, "Those of them that were news.",
            [](const LinkView& link) { return static_cast<double>(link.counters.records_accepted); }},
           {"records_sent", Kind::counter, "Records sent to the neighbour.",
            [](const LinkView& link) { return static_cast<double>(link.counters.records_out); }},
           {"received_bytes", Kind::counter, "Bytes that the neighbour sent.",
            [](const LinkView& link) { return static_cast<double>(link.counters.bytes_in); }},
           {"sent_bytes", Kind::counter, "Bytes sent to the neighbour.",
            [](const LinkView& link) { return static_cast<double>(link.counters.bytes_out); }},
           {"connects", Kind::counter, "Times that the link came up.",
            [](const LinkView& link) { return static_cast<double>(link.counters.connects); }},
           {"resumes", Kind::counter, "Partitions that went on from where the neighbour was.",
            [](const LinkView& link) { return static_cast<double>(link.counters.resumes); }},
           {"exchanges", Kind::counter, "Partitions whose tables were compared.",
            [](const LinkView& link) { return static_cast<double>(link.counters.exchanges); }},
           {"divergences", Kind::counter, "Partitions found different at rest, and mended; a defect if not 0.",
            [](const LinkView& link) { return static_cast<double>(link.counters.divergences); }},
       })) {
    out.metric("link_" + std::string(one.name), one.kind, one.help);
    for (const auto& link : links) out.value("peer", link.peer, one.value(link));
  }
}

}  // namespace

std::string metrics_text(const StatusContext& context) {
  MetricsText out;
  write_server(out, context);
  write_links(out, context.links);
  write_groups(out, context);
  if (context.google) write_google(out, *context.google);
  return out.text();
}

}  // namespace herd::node
