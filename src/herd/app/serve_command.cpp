#include "herd/app/serve_command.h"

#include <iostream>
#include <memory>
#include <string>

#include "herd/app/herd_file.h"
#include "herd/app/usage_error.h"
#include "herd/node/server.h"

namespace herd::app {

namespace {

struct ServeOptions {
  std::string config_file;
  std::string name;
  bool no_warnings = false;
};

int serve(const ServeOptions& options) {
  const auto config = load_herd(options.config_file);
  const auto& server = server_named(config, options.name, options.config_file);
  check_tokens(config);
  if (config.peer_certificates) check_certificate_of(server, config);
  if (const auto read = config.client_tls.read(server.id); !read) throw UsageError(read.error().message);
  if (!options.no_warnings) {
    for (const auto& warning : config.warnings) std::cerr << "warning: " << warning << '\n';
  }
  return node::run_server(config, server, {executable_file(), options.config_file});
}

}  // namespace

void add_serve_command(CLI::App& app, std::function<int()>& action) {
  auto options = std::make_shared<ServeOptions>();
  auto& command = *app.add_subcommand("serve", "Run one server of the herd, in the foreground");
  command.add_option("NAME", options->name, "The server's id in herd.toml")->required();
  command.add_flag("--no-warnings", options->no_warnings, "Say nothing of doubtful settings in herd.toml");
  add_config_option(command, options->config_file);
  command.footer(
      "SIGINT or SIGTERM ends it in order; SIGHUP makes it read certificate, tokens, place files and key anew,\n"
      "without losing a connection. It logs to <data>/<NAME>/server.log.\n"
      "\n"
      "Example:\n"
      "  proxyherd serve Riley --config herd.toml\n");
  command.callback([options, &action] { action = [options] { return serve(*options); }; });
}

}  // namespace herd::app
