#include "herd/app/status_command.h"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include "herd/app/herd_file.h"
#include "herd/app/server_status.h"
#include "herd/app/server_trusts.h"
#include "herd/app/table.h"
#include "herd/app/terminal.h"
#include "herd/base/text.h"
#include "herd/net/http_client.h"

namespace herd::app {

namespace {

constexpr Duration answer_time_max = 1 * second;
constexpr double watch_s_min = 0.1;
constexpr double watch_s_max = 3600;

struct StatusOptions {
  std::string config_file;
  std::vector<std::string> names;
  double watch_s = 0;  // 0: once
  bool json = false;
  TlsOptions tls;
};

/// A server, and how to trust its HTTP port if that speaks TLS.
struct Asked {
  const node::ServerConfig* server;
  std::optional<net::ServerTrust> trust;
};

std::vector<StatusAnswer> ask(const std::vector<Asked>& servers) {
  const auto token = token_of_environment();
  std::vector<StatusAnswer> answers;
  std::vector<net::HttpTarget> targets;
  std::vector<std::size_t> asked;  // which server each target is
  for (const auto& [server, trust] : servers) {
    if (server->http) {
      asked.push_back(answers.size());
      targets.push_back({server->http->host, server->http->port, "/v1/status", token, trust});
    }
    answers.push_back({server->id, Error{"no http port configured"}});
  }
  const auto received = net::http_get_all(targets, answer_time_max);
  for (std::size_t i = 0; i < received.size(); ++i) {
    const auto& server = *servers[asked[i]].server;
    answers[asked[i]] = read_answer(server.id, server.http->text(), received[i], !token.empty());
  }
  return answers;
}

/// Lines that a terminal of this width takes to show the text.
std::size_t terminal_lines(const std::string& text, unsigned columns) {
  std::istringstream in(text);
  std::size_t lines = 0;
  for (std::string line; std::getline(in, line);) {
    lines += std::max<std::size_t>(1, (count_characters(line) + columns - 1) / columns);
  }
  return lines;
}

[[noreturn]] void watch(const StatusOptions& options, const std::vector<Asked>& servers) {
  const bool in_place = is_terminal(STDOUT_FILENO) && !options.json;
  const bool coloured = shows_colour(STDOUT_FILENO);
  for (std::size_t lines_before = 0;;) {
    const auto answers = ask(servers);
    if (lines_before > 0 && in_place) std::cout << "\x1b[" << lines_before << "A\x1b[J";  // up, and clear from there
    if (lines_before > 0 && !in_place && !options.json) std::cout << '\n';
    std::cout << (options.json ? status_json(answers) : status_table(answers, coloured)) << std::flush;
    lines_before = terminal_lines(status_table(answers, false), terminal_columns(STDOUT_FILENO));
    std::this_thread::sleep_for(std::chrono::duration<double>(options.watch_s));
  }
}

int status(const StatusOptions& options) {
  const auto config = load_herd(options.config_file);
  ServerTrusts trusts(options.tls);
  std::vector<Asked> servers;
  servers.reserve(config.servers.size());
  const auto add = [&](const node::ServerConfig& server) {
    servers.push_back({&server, trusts.of_http(config, server)});
  };
  for (const auto& name : options.names) add(server_named(config, name, options.config_file));
  if (options.names.empty()) std::ranges::for_each(config.servers, add);
  if (options.watch_s > 0) watch(options, servers);
  const auto answers = ask(servers);
  std::cout << (options.json ? status_json(answers) : status_table(answers, shows_colour(STDOUT_FILENO)));
  const auto is_down = [](const StatusAnswer& answer) { return !answer.status && !answer.answers; };
  if (options.names.empty() && std::ranges::all_of(answers, is_down))
    std::cerr << "Does this herd run? proxyherd up starts it.\n";
  return std::ranges::all_of(answers, [](const StatusAnswer& answer) { return answer.status.has_value(); }) ? 0 : 1;
}

}  // namespace

void add_status_command(CLI::App& app, std::function<int()>& action) {
  auto options = std::make_shared<StatusOptions>();
  auto& command = *app.add_subcommand("status", "Show the servers: clients held, reports per second, links and lag");
  command.add_option("NAME", options->names, "Only these servers (default: the whole herd)");
  command.add_option("--watch", options->watch_s, "Ask again every SECONDS (default: 1) until Ctrl-C")
      ->expected(0, 1)
      ->default_str("1")
      ->type_name("[SECONDS]")
      ->check(CLI::Range(watch_s_min, watch_s_max).description(""));
  command.add_flag("--json", options->json, "Print a JSON array of {server, ok, status or error}");
  add_config_option(command, options->config_file);
  add_ca_option(command, options->tls);
  command.footer(
      "Asks every server at its http port. LINKS shows each neighbour, whether the link is up, and how old\n"
      "what comes over it is. Status 0 if all servers told it within a second, 1 otherwise.\n"
      "Where [tls] says that HTTP ports speak TLS, a server is to show the certificate that is named there, or\n"
      "one of an authority that is trusted.\n"
      "Where [auth] names tokens, set the environment variable PROXYHERD_TOKEN to one that may \"status\".\n"
      "\n"
      "Examples:\n"
      "  proxyherd status\n"
      "  proxyherd status Riley Campbell --watch\n"
      "  proxyherd status --json\n"
      "  PROXYHERD_TOKEN=ph_... proxyherd status\n"
      "  proxyherd status --ca web-ca.crt\n");
  command.callback([options, &action] { action = [options] { return status(*options); }; });
}

}  // namespace herd::app
