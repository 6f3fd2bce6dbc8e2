#include "herd/app/up_command.h"

#include <iostream>
#include <memory>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include "herd/app/herd_file.h"
#include "herd/app/supervisor.h"
#include "herd/app/terminal.h"

namespace herd::app {

namespace {

int up(const std::string& config_file) {
  const auto config = load_herd(config_file);
  check_place_files(config);
  for (const auto& warning : config.warnings) std::cerr << "warning: " << warning << '\n';
  std::vector<Supervisor::Program> programs;
  for (const auto& server : config.servers) {
    // One warning is enough: ours.
    programs.push_back({server.id, {"serve", server.id, "--config", config_file, "--no-warnings"}});
  }
  std::cout << "herd " << config.herd << ": " << programs.size() << " servers; Ctrl-C stops them\n";
  return Supervisor(std::move(programs), shows_colour(STDOUT_FILENO)).run() ? 0 : 1;
}

}  // namespace

void add_up_command(CLI::App& app, std::function<int()>& action) {
  auto config_file = std::make_shared<std::string>();
  auto& command = *app.add_subcommand("up", "Run all servers of the herd, each in a process of its own");
  add_config_option(command, *config_file);
  command.footer(
      "What the servers print is shown with their names before it. A server that crashes is started again,\n"
      "after 0.2 s at first and 5 s at last; one that somebody stops in order (SIGTERM) stays down.\n"
      "One that cannot serve at its first start, such as for a port that is in use, stops them all.\n"
      "Ctrl-C stops them all in order, a second Ctrl-C at once; status 0 after that, 1 if a server could not\n"
      "serve or its configuration did not let it run. SIGHUP makes all of them read their certificates, tokens,\n"
      "place files and Google's key anew.\n"
      "\n"
      "Example:\n"
      "  proxyherd up --config herd.toml\n");
  command.callback([config_file, &action] { action = [config_file] { return up(*config_file); }; });
}

}  // namespace herd::app
