#include "herd/app/bench_command.h"

#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <type_traits>
#include <unistd.h>
#include <vector>

#include "herd/app/bench.h"
#include "herd/app/herd_file.h"
#include "herd/app/server_status.h"
#include "herd/app/server_trusts.h"
#include "herd/app/terminal.h"
#include "herd/app/usage_error.h"
#include "herd/base/text.h"

namespace herd::app {
namespace {

struct Arguments {
  std::vector<std::string> targets;
  std::string config_file;
  std::size_t connections = 50;
  std::size_t threads = 1;
  std::uint64_t pipeline = 1;
  std::uint64_t clients = 100'000;
  std::size_t id_bytes = 23;
  double step_m = 10;
  std::uint64_t seed = 1;
  double seconds = 10;
  std::uint64_t reports = 0;
  double rate = 0;
  double warm_up_s = 1;
  std::string seen_at;
  std::string verify = "10000";
  bool json = false;
  TlsOptions tls;
};

Duration nanoseconds(double seconds) {
  return static_cast<Duration>(seconds * second);
}

load::LoadPlan plan_of(const Arguments& arguments, const CLI::App& command) {
  load::LoadPlan plan;
  plan.clients = {arguments.clients, arguments.id_bytes, arguments.step_m, arguments.seed};
  plan.connections = arguments.connections;
  plan.threads = arguments.threads;
  plan.pipeline = arguments.pipeline;
  plan.warm_up = nanoseconds(arguments.warm_up_s);
  plan.duration = nanoseconds(arguments.seconds);
  if (command.count("--rate") > 0) plan.rate = arguments.rate;
  if (command.count("--reports") > 0) {
    plan.reports = arguments.reports;
    plan.duration.reset();
  }

  if (plan.rate && command.count("--pipeline") > 0) {
    throw UsageError(
        "--pipeline and --rate exclude one another: with --rate every report is sent at its own time, however many are "
        "under way");
  }
  if (plan.reports && command.count("--seconds") > 0) {
    throw UsageError("--seconds and --reports exclude one another: each says when to end");
  }
  if (arguments.clients < arguments.connections) {
    throw UsageError(
        fmt::format("--clients: each connection needs a client of its own, {} at least", plan.connections));
  }
  if (plan.threads > plan.connections) {
    throw UsageError(fmt::format("--threads: each thread needs a connection, so at most {}", plan.connections));
  }
  if (const auto least = load::id_bytes_min(arguments.clients); arguments.id_bytes < least) {
    throw UsageError(fmt::format("--id-bytes: {} distinct ids need at least {} bytes", arguments.clients, least));
  }
  return plan;
}

BenchOptions options_of(const Arguments& arguments, const CLI::App& command) {
  BenchOptions options;
  options.plan = plan_of(arguments, command);
  options.token = token_of_environment();
  std::optional<node::Config> config;
  const auto herd = [&]() -> const node::Config& {
    if (!config) config = load_herd(arguments.config_file);
    return *config;
  };
  ServerTrusts trusts(arguments.tls);
  const auto server_of_herd = [&](const node::ServerConfig& server) -> BenchServer {
    return {server.id, server.line, server.http, trusts.of_line(herd(), server), trusts.of_http(herd(), server)};
  };
  const auto server_of = [&](const std::string& name) -> BenchServer {
    if (name.find(':') == std::string::npos) return server_of_herd(server_named(herd(), name, arguments.config_file));
    auto endpoint = node::parse_endpoint(name);
    if (!endpoint) throw UsageError(endpoint.error().message);
    return {name, *std::move(endpoint), std::nullopt, trusts.of_address()};
  };
  const auto is_among = [](const std::vector<BenchServer>& servers, const BenchServer& server) {
    return std::ranges::any_of(servers, [&](const BenchServer& one) { return one.line == server.line; });
  };
  for (const auto& name : arguments.targets) {
    auto target = server_of(name);
    if (is_among(options.targets, target)) throw UsageError(name + " is named twice");
    options.targets.push_back(std::move(target));
  }
  if (!arguments.seen_at.empty()) options.seen_at = server_of(arguments.seen_at);
  if (arguments.targets.empty()) herd();
  if (config) {
    // Those that are no targets work for every report, too.
    for (const auto& server : config->servers) {
      auto& list = arguments.targets.empty() ? options.targets : options.others;
      auto one = server_of_herd(server);
      if (!is_among(options.targets, one)) list.push_back(std::move(one));
    }
  }
  if (const auto& seen_at = options.seen_at) {
    if (options.targets.size() == 1 && is_among(options.targets, *seen_at)) {
      throw UsageError("--seen-at: " + seen_at->name + " is the only server that is reported to; name another one");
    }
    if (!is_among(options.targets, *seen_at) && !is_among(options.others, *seen_at)) options.others.push_back(*seen_at);
  }
  if (arguments.verify != "all") {
    const auto clients = parse_whole(arguments.verify, 1'000'000'000);
    if (!clients) {
      throw UsageError(fmt::format(R"(--verify: "{}" is neither a number of clients nor "all")", arguments.verify));
    }
    options.held_clients_max = *clients;
  } else {
    options.held_clients_max = arguments.clients;
  }
  if (options.plan.connections < options.targets.size()) {
    throw UsageError(fmt::format("--connections: {} servers are to be reported to, so at least {}",
                                 options.targets.size(), options.targets.size()));
  }
  return options;
}

void raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int run(const Arguments& arguments, const CLI::App& command) {
  const auto options = options_of(arguments, command);
  raise_descriptor_limit();
  const auto result = run_bench(options);
  fmt::print("{}", arguments.json ? bench_json(result) : bench_text(result, shows_colour(STDOUT_FILENO)));
  return result.succeeded() ? 0 : 1;
}

}  // namespace

void add_bench_command(CLI::App& app, std::function<int()>& action) {
  auto arguments = std::make_shared<Arguments>();
  auto& command = *app.add_subcommand("bench", "Put a herd under load, and measure speed, latency and CPU");
  command.add_option("NAME|HOST:PORT", arguments->targets,
                     "Servers to report to, by their ids in herd.toml or the addresses of line ports (default: every "
                     "server of herd.toml). Connections are spread over them in turn");
  add_config_option(command, arguments->config_file);
  add_tls_options(command, arguments->tls);
  const auto option = [&]<class T>(const char* name, T& value, const char* text, const char* type,
                                   std::type_identity_t<T> least, std::type_identity_t<T> most) {
    command.add_option(name, value, text)->check(CLI::Range(least, most))->type_name(type);
  };
  option("--connections", arguments->connections, "Connections in all (default: 50)", "N", 1, 1'000'000);
  option("--pipeline", arguments->pipeline,
         "Closed loop: how many reports each connection sends at once before it waits for all their answers "
         "(default: 1)",
         "N", 1, 10'000);
  option("--rate", arguments->rate,
         "Open loop: so many reports a second in all, evenly spaced in time, whether or not earlier ones were answered",
         "R", 0.1, 1e8);
  option("--seconds", arguments->seconds, "How long to measure (default: 10)", "S", 0.001, 1e6);
  option("--reports", arguments->reports, "How many reports to measure, instead of --seconds", "N", 1,
         1'000'000'000'000);
  option("--warm-up", arguments->warm_up_s, "How long to report before the measurement begins (default: 1)", "S", 0.0,
         1e6);
  option("--clients", arguments->clients, "How many clients report, in turn, each on one connection (default: 100000)",
         "N", 1, 1'000'000'000);
  option("--id-bytes", arguments->id_bytes, "Length of their ids (default: 23)", "N", 7, 4096);
  option("--step", arguments->step_m, "Metres that a client moves between two reports (default: 10)", "M", 0.0,
         100'000.0);
  option("--seed", arguments->seed, "Where clients begin and which way they go (default: 1)", "N", 0, 1'000'000'000);
  option("--threads", arguments->threads, "Threads of the load generator (default: 1)", "N", 1, 256);
  command
      .add_option("--seen-at", arguments->seen_at,
                  "Measure also how soon a report is seen at this server, asking it on a connection of its own, which "
                  "costs it CPU, too")
      ->type_name("NAME|HOST:PORT");
  command
      .add_option("--verify", arguments->verify,
                  "At the end, ask every server for the newest report of so many clients, or of all (default: 10000); "
                  "not where reports were refused")
      ->type_name("N|all");
  command.add_flag("--json", arguments->json, "Print the result as one JSON object");
  command.footer(
      "Closed loop (without --rate) finds out how much a herd can take: each connection sends again as soon as it\n"
      "has all its answers. Latency counts from the sending of a batch to each of its answers, so it says\n"
      "how long the line was, and a server that stalls is charged once per connection only.\n"
      "Open loop (--rate) finds out how long a client waits at that rate. Latency counts from the moment when a\n"
      "report was due, also if it could only be sent later, so a stall is charged for all that it delayed\n"
      "(no coordinated omission); reports that were never sent or answered count with the time they had waited.\n"
      "\n"
      "Reports say the time of now and make random steps. The first answer of each connection and about one in a\n"
      "thousand are compared with the report, the others are counted. Lost is a client whose newest report a\n"
      "server does not hold, asked again and again until no more come in for 5 s; the time that this took is mostly\n"
      "that of the asking. CPU, memory and time spent waiting for a core are those of the processes that listen\n"
      "on the ports, whatever program they are, if they run on this machine.\n"
      "Where [auth] names tokens, set PROXYHERD_TOKEN to one that may \"status\" for the copies per report.\n"
      "Ctrl-C ends early and prints what was measured until then.\n"
      "Status 0 if every report was answered and none was lost, 1 if not, 2 for wrong usage.\n"
      "\n"
      "Examples:\n"
      "  proxyherd bench                                 all servers of herd.toml, one report per connection at a "
      "time\n"
      "  proxyherd bench --pipeline 32                   the most that the herd can take\n"
      "  proxyherd bench Riley --rate 50000 --seen-at Campbell\n"
      "                                                  how long clients of Riley wait at 50,000 reports/s, and how\n"
      "                                                  soon Campbell, two hops away, knows what they said\n"
      "  proxyherd bench 127.0.0.1:9000 --clients 1000000 --reports 5000000 --json\n"
      "                                                  any server that speaks the line protocol\n"
      "  proxyherd bench --tls --ca web-ca.crt herd.example.org:12000\n"
      "                                                  the same over TLS\n");
  command.callback(
      [arguments, &command, &action] { action = [arguments, &command] { return run(*arguments, command); }; });
}

}  // namespace herd::app
