#include "herd/node/status.h"

#include <gtest/gtest.h>

#include "herd/node/metrics.h"

namespace herd::node {
namespace {

LinkView link_to(const std::string& peer, bool is_up) {
  LinkView link;
  link.peer = peer;
  link.since = 1'500 * millisecond;
  if (is_up) {
    link.state = net::NeighborLink::State::up;
    link.round_trip = 120 * microsecond;
    link.lag = 2'500 * microsecond;
    link.unacknowledged = 3;
  } else {
    link.reason = "connection refused";
  }
  link.counters.connects = 1;
  link.counters.bytes_in = 4096;
  link.counters.divergences = 1;
  return link;
}

StatusContext riley() {
  StatusContext context;
  context.herd = "ucla";
  context.server = "Riley";
  context.started_at = 7 * second;
  context.now = context.started_at + 1'200'000'000'000;
  context.reports_per_s = 1.25;
  context.connections = {3, 4};
  context.clients = 12;
  context.changes = 34;
  context.node.reports = 56;
  context.groups = {{"http",
                     {{"requests", "Complete requests.", Figure::Kind::counter, 9},
                      {"connections", "Connections.", Figure::Kind::gauge, 2}}}};
  context.links = {link_to("Juzang", true), link_to("Jaquez", false)};
  return context;
}

TEST(Status, tells_of_the_server_its_parts_and_its_links_with_plain_numbers) {
  const std::string version = HERD_VERSION;
  EXPECT_EQ(
      status_json(riley()),
      R"({"server":"Riley","herd":"ucla","version":")" + version +
          R"(","uptime_s":1200,"ready":true,"not_ready_because":"","clients":12,"reports":56,)"
          R"("reports_per_s":1.25,"changes":34,"connections":7,"threads":2,"connections_by_thread":[3,4],)"
          R"("connections_refused":0,"connections_given_up":0,"invalid_commands":0,"clients_refused":0,"reports_too_often":0,"clients_forgotten":0,"searches_cut_short":0,)"
          R"("peer_refusals":0,"traffic_lines_left_out":0,"log_lines_dropped":0,)"
          R"("http":{"requests":9,"connections":2},"divergence_total":2,"links":[)"
          R"({"peer":"Juzang","state":"up","since_s":1.5,"reason":"","round_trip_us":120,"lag_ms":2.5,)"
          R"("catching_up":false,"unacknowledged":3,"records_in":0,"records_accepted":0,"records_out":0,)"
          R"("bytes_in":4096,"bytes_out":0,"connects":1,"resumes":0,"exchanges":0,"divergences":1},)"
          R"({"peer":"Jaquez","state":"down","since_s":1.5,"reason":"connection refused","round_trip_us":0,)"
          R"("lag_ms":null,"catching_up":false,"unacknowledged":0,"records_in":0,"records_accepted":0,)"
          R"("records_out":0,"bytes_in":4096,"bytes_out":0,"connects":1,"resumes":0,"exchanges":0,)"
          R"("divergences":1}]})"
          "\n");
}

TEST(Status, is_not_ready_while_it_catches_up_or_has_just_begun_or_stops) {
  auto context = riley();
  EXPECT_EQ(why_not_ready(context), "") << "a neighbour that was there and is gone does not matter";
  context.links[0].is_catching_up = true;
  EXPECT_EQ(why_not_ready(context), "catching up with Juzang");
  context.links[1].counters.connects = 0;
  EXPECT_EQ(why_not_ready(context), "catching up with Juzang");
  context.links[0].is_catching_up = false;
  EXPECT_EQ(why_not_ready(context), "") << "one that never came is not waited for for ever";
  context.now = context.started_at + readiness_wait_max - 1;
  EXPECT_EQ(why_not_ready(context), "waiting for Jaquez");
  context.links[0].counters.connects = 0;
  EXPECT_EQ(why_not_ready(context), "waiting for Juzang and Jaquez");
  context.is_stopping = true;
  EXPECT_EQ(why_not_ready(context), "this server is stopping");
}

TEST(Metrics, have_help_type_and_units_in_their_names) {
  const auto text = metrics_text(riley());
  for (const std::string_view part : {
           "# HELP proxyherd_clients Clients whose places are known, whichever server heard them.\n"
           "# TYPE proxyherd_clients gauge\nproxyherd_clients 12\n",
           "# TYPE proxyherd_reports_total counter\nproxyherd_reports_total 56\n",
           "proxyherd_uptime_seconds 1200\n",
           "proxyherd_line_connections{loop=\"0\"} 3\nproxyherd_line_connections{loop=\"1\"} 4\n",
           "# HELP proxyherd_link_lag_seconds Age of the oldest change that the neighbour has not acknowledged.\n"
           "# TYPE proxyherd_link_lag_seconds gauge\n"
           "proxyherd_link_lag_seconds{peer=\"Juzang\"} 0.0025\nproxyherd_link_lag_seconds{peer=\"Jaquez\"} 0\n",
           "proxyherd_link_received_bytes_total{peer=\"Juzang\"} 4096\n",
           "# HELP proxyherd_http_requests_total Complete requests.\n"
           "# TYPE proxyherd_http_requests_total counter\nproxyherd_http_requests_total 9\n",
           "# TYPE proxyherd_http_connections gauge\nproxyherd_http_connections 2\n",
       }) {
    EXPECT_NE(text.find(part), std::string::npos) << part;
  }
}

TEST(Metrics, escape_what_a_label_cannot_have) {
  auto context = riley();
  context.links.resize(1);
  context.links[0].peer = "a\"b\\c\n";
  EXPECT_NE(metrics_text(context).find("proxyherd_link_up{peer=\"a\\\"b\\\\c\\n\"} 1\n"), std::string::npos);
}

}  // namespace
}  // namespace herd::node
