#include "herd/node/figures.h"

#include <numeric>

namespace herd::node {

using Kind = Figure::Kind;

FigureGroup http_figures(const ClientPorts& ports) {
  static const net::HttpCounters none;
  const auto& counts = ports.http_counters() == nullptr ? none : *ports.http_counters();
  const auto connections = ports.http_connections();
  const auto open = std::accumulate(connections.begin(), connections.end(), std::uint64_t{0});
  return {
      "http",
      {
          {"connections", "Connections to the HTTP port.", Kind::gauge, open},
          {"requests", "Complete requests.", Kind::counter, counts.requests.sum()},
          {"live_feeds", "Connections that became live feeds.", Kind::counter, counts.live_feeds.sum()},
          {"malformed", "Requests that are no HTTP, or can be read in two ways.", Kind::counter,
           counts.malformed.sum()},
          {"heads_too_large", "Requests with too large a head.", Kind::counter, counts.heads_too_large.sum()},
          {"targets_too_long", "Requests with too long a target.", Kind::counter, counts.targets_too_long.sum()},
          {"too_many_fields", "Requests with too many fields.", Kind::counter, counts.too_many_fields.sum()},
          {"bodies_too_large", "Requests with too large a body.", Kind::counter, counts.bodies_too_large.sum()},
          {"bodies_forgone", "Requests that were refused without reading their body.", Kind::counter,
           counts.bodies_forgone.sum()},
          {"heads_too_slow", "Requests whose head took too long to come.", Kind::counter, counts.heads_too_slow.sum()},
          {"bodies_too_slow", "Requests whose body took too long to come.", Kind::counter,
           counts.bodies_too_slow.sum()},
          {"readers_too_slow", "Connections whose client did not read.", Kind::counter, counts.readers_too_slow.sum()},
          {"tls_failures", "TLS handshakes that came to nothing.", Kind::counter, counts.tls_failures.sum()},
          {"misunderstandings", "TLS on a plain port, or plain HTTP on a port of TLS.", Kind::counter,
           counts.misunderstandings.sum()},
      }};
}

FigureGroup live_figures(const live::LiveCounters& counts) {
  return {"live",
          {
              {"opened", "Live feeds that were opened.", Kind::counter, counts.opened},
              {"resumed", "Live feeds that went on where an earlier one had ended.", Kind::counter, counts.resumed},
              {"snapshots", "Snapshots that were made.", Kind::counter, counts.snapshots},
              {"incomplete", "Snapshots with room for a part of the clients only.", Kind::counter, counts.incomplete},
              {"fell_behind", "Subscribers that got a new snapshot, for too much was pending.", Kind::counter,
               counts.fell_behind},
              {"changes", "Changes that were read for subscribers.", Kind::counter, counts.changes},
              {"batches", "Batches that subscribers were given.", Kind::counter, counts.batches},
              {"told", "Clients in these batches.", Kind::counter, counts.told},
          }};
}

FigureGroup access_figures(const AccessControl& access) {
  const auto counts = access.counters();
  return {"access",
          {
              {"tokens", "Tokens in use; 0 if everybody may do everything.", Kind::gauge, counts.tokens},
              {"denied", "Requests refused for want of a token that allows them.", Kind::counter, counts.denied},
              {"requests_refused", "Requests over the rate of their address.", Kind::counter, counts.requests_refused},
              {"addresses_given_up", "Addresses whose rate was forgotten for want of room.", Kind::counter,
               counts.addresses_given_up},
          }};
}

FigureGroup mqtt_figures(const MqttDoor& door) {
  const auto status = door.status();
  return {
      "mqtt",
      {
          {"connected", "1 while there is a connection to the MQTT broker.", Kind::gauge,
           std::uint64_t{status.client.is_connected}},
          {"connects", "Connections that the MQTT broker accepted.", Kind::counter, status.client.connects},
          {"failures", "Attempts to connect that failed, and connections lost.", Kind::counter, status.client.failures},
          {"messages", "Messages that came from the MQTT broker.", Kind::counter, status.client.messages},
          {"reports", "Reports in them that were taken.", Kind::counter, status.reports},
          {"refused", "Reports in them refused for want of room, or over a rate.", Kind::counter, status.refused},
          {"broken", "Messages that could not be used.", Kind::counter, status.broken},
          {"published", "Positions told to the MQTT broker.", Kind::counter, status.client.published},
          {"publish_dropped", "Positions not told to it for want of room, or a topic.", Kind::counter,
           status.client.publish_dropped},
          {"heard_forgotten",
           "Times that it was forgotten who was heard of from the MQTT broker, there being too many.", Kind::counter,
           status.forgotten},
      }};
}

FigureGroup app_figures(const trackers::TrackerApps& apps) {
  using trackers::TrackerApp;
  struct Names {
    TrackerApp app;
    std::string_view requests;
    std::string_view reports;
    std::string_view broken;
    std::string_view refused;
  };
  static constexpr std::array names{
      Names{TrackerApp::owntracks, "owntracks_requests", "owntracks_reports", "owntracks_broken", "owntracks_refused"},
      Names{TrackerApp::traccar, "traccar_requests", "traccar_reports", "traccar_broken", "traccar_refused"},
      Names{TrackerApp::osmand, "osmand_requests", "osmand_reports", "osmand_broken", "osmand_refused"},
      Names{TrackerApp::overland, "overland_requests", "overland_reports", "overland_broken", "overland_refused"}};
  FigureGroup group{"apps", {}};
  for (const auto& [app, requests, reports, broken, refused] : names) {
    const auto& counts = apps.counters(app);
    group.figures.push_back({requests, "Requests of this tracker app.", Kind::counter, counts.requests});
    group.figures.push_back({reports, "Points that were taken.", Kind::counter, counts.reports});
    group.figures.push_back({broken, "Points that could not be used.", Kind::counter, counts.broken});
    group.figures.push_back(
        {refused, "Points refused for want of room, or over a rate.", Kind::counter, counts.refused});
  }
  group.figures.push_back({"large_bodies_refused", "Requests refused while large bodies took all room that there is.",
                           Kind::counter, apps.large_bodies_refused()});
  return group;
}

}  // namespace herd::node
