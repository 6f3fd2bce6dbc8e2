#include "herd/app/replay_command.h"

#include <boost/json.hpp>
#include <cmath>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "herd/app/gpx.h"
#include "herd/app/herd_file.h"
#include "herd/app/progress_text.h"
#include "herd/app/replay.h"
#include "herd/app/server_trusts.h"
#include "herd/app/usage_error.h"
#include "herd/base/text.h"
#include "herd/node/config.h"

namespace herd::app {
namespace {

struct Arguments {
  std::vector<std::string> files;
  std::vector<std::string> to;
  std::string config_file;
  std::size_t clients = 0;
  std::string speed = "1";
  bool loop = false;
  double duration_s = 0;
  bool json = false;
  TlsOptions tls;
};

std::vector<ReplayServer> find_servers(const Arguments& arguments) {
  std::vector<ReplayServer> servers;
  ServerTrusts trusts(arguments.tls);
  std::optional<node::Config> config;
  for (const auto& name : arguments.to) {
    if (name.find(':') != std::string::npos) {
      const auto endpoint = node::parse_endpoint(name);
      if (!endpoint) throw UsageError{endpoint.error().message};
      servers.push_back({name, *endpoint, trusts.of_address()});
    } else {
      if (!config) config = load_herd(arguments.config_file);
      const auto& server = server_named(*config, name, arguments.config_file);
      servers.push_back({name, server.line, trusts.of_line(*config, server)});
    }
  }
  return servers;
}

std::vector<Track> read_tracks(const std::vector<std::string>& files) {
  std::vector<Track> tracks;
  for (const auto& file : files) {
    auto read = read_gpx(file);
    if (!read) throw std::runtime_error{read.error().message};
    for (auto& track : *read) {
      if (track.points_without_time != 0) {
        fmt::print(stderr, "replay: {}: {} of {} points of track \"{}\" have no usable time; taken as one a second\n",
                   file, track.points_without_time, track.points.size(), track.name);
      }
      tracks.push_back(std::move(track));
    }
  }
  return tracks;
}

/// "max" and 0: none.
std::optional<double> parse_speed(const std::string& text) {
  if (text == "max") return std::nullopt;
  const auto speed = parse_number(text);
  const bool is_right = speed && *speed >= 0 && *speed <= 1000;  // NaN is neither
  if (!is_right) throw UsageError{fmt::format(R"(--speed: "{}" is neither a number from 0 to 1000 nor "max")", text)};
  return *speed == 0 ? std::nullopt : speed;
}

double reports_per_s(const ReplayOutcome& outcome) {
  return static_cast<double>(outcome.total.answered) / std::max(1e-9, static_cast<double>(outcome.elapsed) / second);
}

void print_json(const ReplayOutcome& outcome, std::size_t tracks, std::size_t clients) {
  boost::json::array servers;
  for (const auto& server : outcome.servers) {
    servers.push_back({{"server", server.name},
                       {"address", server.address},
                       {"connected", server.connected},
                       {"sent", server.counts.sent},
                       {"answered", server.counts.answered},
                       {"refused", server.counts.refused},
                       {"reconnects", server.counts.reconnects}});
  }
  const boost::json::object summary{{"tracks", tracks},
                                    {"clients", clients},
                                    {"sent", outcome.total.sent},
                                    {"answered", outcome.total.answered},
                                    {"refused", outcome.total.refused},
                                    {"first_refused", outcome.first_refused},
                                    {"unanswered", outcome.total.lost},
                                    {"skipped", outcome.skipped},
                                    {"reconnects", outcome.total.reconnects},
                                    {"elapsed_ms", outcome.elapsed / millisecond},
                                    {"reports_per_s", std::llround(reports_per_s(outcome))},
                                    {"servers", servers}};
  fmt::print("{}\n", boost::json::serialize(summary));
}

void print_summary(const ReplayOutcome& outcome, std::size_t tracks, std::size_t clients) {
  fmt::print("{} on {}: {} sent, {} answered, {} refused", grouped(clients, "client"), grouped(tracks, "track"),
             grouped(outcome.total.sent, "report"), grouped(outcome.total.answered), grouped(outcome.total.refused));
  if (outcome.total.lost != 0) fmt::print(", {} unanswered", grouped(outcome.total.lost));
  if (outcome.skipped != 0) fmt::print(", {} skipped", grouped(outcome.skipped, "point"));
  if (outcome.total.reconnects != 0) fmt::print(", {}", grouped(outcome.total.reconnects, "reconnect"));
  fmt::print("; {}/s in {:.1f} s\n", grouped(static_cast<std::uint64_t>(std::llround(reports_per_s(outcome)))),
             static_cast<double>(outcome.elapsed) / second);
}

int run(const Arguments& arguments) {
  ReplayOptions options;
  options.speed = parse_speed(arguments.speed);
  options.servers = find_servers(arguments);
  const auto tracks = read_tracks(arguments.files);
  options.clients = arguments.clients == 0 ? tracks.size() : arguments.clients;
  options.loop = arguments.loop;
  if (arguments.duration_s > 0) options.duration = static_cast<Duration>(arguments.duration_s * second);

  const auto outcome = replay(tracks, options);
  if (arguments.json) {
    print_json(outcome, tracks.size(), options.clients);
  } else {
    print_summary(outcome, tracks.size(), options.clients);
  }
  bool all_connected = true;
  for (const auto& server : outcome.servers) all_connected = all_connected && server.connected;
  return all_connected && outcome.total.refused == 0 ? 0 : 1;
}

}  // namespace

void add_replay_command(CLI::App& app, std::function<int()>& action) {
  auto arguments = std::make_shared<Arguments>();
  auto& command =
      *app.add_subcommand("replay", "Let clients drive along recorded GPX tracks and report where they are");
  command.add_option("FILE", arguments->files, "GPX files; every track in them is driven")->required();
  command
      .add_option("--to", arguments->to,
                  "The server to report to, by its id in herd.toml or as HOST:PORT. Several, separated by commas or "
                  "each with its own --to, share the clients among them")
      ->required()
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->delimiter(',')
      ->type_name("NAME|HOST:PORT");
  add_config_option(command, arguments->config_file);
  add_tls_options(command, arguments->tls);
  command
      .add_option("--clients", arguments->clients,
                  "How many clients (default: one per track). The copies are spread along the tracks and named "
                  "TRACK-2, TRACK-3, ...")
      ->check(CLI::Range(1, 10'000'000))
      ->type_name("N");
  command
      .add_option("--speed", arguments->speed,
                  "How many times as fast as recorded (default: 1). 0 or max: as fast as the servers answer")
      ->type_name("X");
  command.add_flag("--loop", arguments->loop, "Drive the tracks over and over until stopped");
  command.add_option("--duration", arguments->duration_s, "Stop after so many seconds")
      ->check(CLI::Range(0.001, 1e9))
      ->type_name("S");
  command.add_flag("--json", arguments->json, "Print the summary as JSON");
  command.footer(
      "Each client sends an IAMAT line, with the place it has come to and the time of now, whenever it comes\n"
      "to a recorded point. A server that goes away is called again until it is back. Ctrl-C stops in order.\n"
      "Status 0 if every server was reached and none refused a report, 1 if not, 2 for wrong usage.\n"
      "\n"
      "Examples:\n"
      "  proxyherd replay my-tour.gpx --to Riley\n"
      "  proxyherd replay data/demo/*.gpx --to Riley,Bernard --clients 300 --loop\n"
      "  proxyherd replay data/demo/*.gpx --to 192.0.2.7:12000 --speed max\n"
      "  proxyherd replay my-tour.gpx --to herd.example.org:12000 --tls --ca web-ca.crt\n");
  command.callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace herd::app
