#include <CLI/CLI.hpp>
#include <exception>
#include <functional>
#include <iostream>

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

namespace {

constexpr int failed = 1;
constexpr int misused = 2;

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
