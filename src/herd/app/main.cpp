#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "herd/app/bench_command.h"
#include "herd/app/certs_command.h"
#include "herd/app/check_config_command.h"
#include "herd/app/places_command.h"
#include "herd/app/replay_command.h"
#include "herd/app/send_command.h"
#include "herd/app/serve_command.h"
#include "herd/app/status_command.h"
#include "herd/app/token_command.h"
#include "herd/app/up_command.h"
#include "herd/app/usage_error.h"
#include "herd/base/nearest_name.h"
#include "herd/base/text.h"

namespace {

constexpr int failed = 1;
constexpr int misused = 2;

/// What is wrong with the first of the words that should name a command and does not; empty if all do.
std::string wrong_command(CLI::App& app, const std::vector<std::string>& words) {
  auto* commands = &app;
  for (const auto& word : words) {
    std::vector<std::string> names;
    for (const auto* command : commands->get_subcommands({})) names.push_back(command->get_name());
    if (names.empty() || word.starts_with('-')) return {};
    if (std::ranges::find(names, word) == names.end()) {
      const auto parent = commands == &app ? std::string() : commands->get_name() + " ";
      return "no command " + herd::in_quotes(parent + word) + "; " + herd::did_you_mean(word, names);
    }
    commands = commands->get_subcommand(word);
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Proxyherd: servers that tell one another where their clients are, and what is near them.", "proxyherd");
  app.set_version_flag("--version", "proxyherd " HERD_VERSION);
  app.require_subcommand(0, 1);
  app.footer(
      "Examples:\n"
      "  proxyherd up                                    run all servers of ./herd.toml\n"
      "  proxyherd send Riley IAMAT kiwi +34.07-118.45 1621464827.95\n"
      "                                                  report a position at one server ...\n"
      "  proxyherd send Campbell WHATSAT kiwi 10 5       ... and ask another for 5 places within 10 km of it\n"
      "  proxyherd status --watch                        see the herd at work\n"
      "\n"
      "`proxyherd COMMAND --help` says more. The herd is described in herd.toml; every command takes another\n"
      "file with --config FILE or from the environment variable PROXYHERD_CONFIG.\n"
      "Exit status: 0 done, 1 failed, 2 wrong usage or configuration.\n");

  std::function<int()> action;
  herd::app::add_serve_command(app, action);
  herd::app::add_up_command(app, action);
  herd::app::add_send_command(app, action);
  herd::app::add_status_command(app, action);
  herd::app::add_replay_command(app, action);
  herd::app::add_bench_command(app, action);
  herd::app::add_places_command(app, action);
  herd::app::add_check_config_command(app, action);
  herd::app::add_certs_command(app, action);
  herd::app::add_token_command(app, action);

  if (const auto wrong = wrong_command(app, {argv + 1, argv + argc}); !wrong.empty()) {
    std::cerr << "proxyherd: " << wrong << "\nRun with --help for more information.\n";
    return misused;
  }
  try {
    app.parse(argc, argv);
    if (action) return action();
    std::cerr << app.help();
    return misused;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : misused;  // --help and --version come as errors that are none
  } catch (const std::exception& error) {
    std::cerr << "proxyherd: " << error.what() << '\n';
    return dynamic_cast<const herd::app::UsageError*>(&error) != nullptr ? misused : failed;
  }
}
