#include "herd/app/herd_file.h"

#include <vector>

#include "herd/app/usage_error.h"
#include "herd/base/text.h"
#include "herd/node/nearest_name.h"

namespace herd::app {

void add_config_option(CLI::App& command, std::string& file) {
  file = "herd.toml";
  command.add_option("--config", file, "The file that describes the herd (default: herd.toml)")
      ->envname("PROXYHERD_CONFIG")
      ->type_name("FILE");
}

node::Config load_herd(const std::string& file) {
  auto config = node::load_config(file);
  if (!config) throw UsageError(config.error().message);
  return *std::move(config);
}

const node::ServerConfig& server_named(const node::Config& config, std::string_view id, const std::string& file) {
  if (const auto* server = config.find(id)) return *server;
  std::vector<std::string> ids;
  std::string known;
  for (const auto& server : config.servers) {
    ids.push_back(server.id);
    known += (known.empty() ? "" : ", ") + server.id;
  }
  std::string message = "\"";
  append_printable(message, id, 100);
  message += "\" is no server of " + file + "; ";
  const auto hint = node::did_you_mean(id, ids);
  if (hint.ends_with('?')) message += hint + " Its servers are ";
  throw UsageError(message + (hint.ends_with('?') ? known : hint));
}

std::filesystem::path executable_file() {
  return std::filesystem::read_symlink("/proc/self/exe");
}

}  // namespace herd::app
