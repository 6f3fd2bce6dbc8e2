#include "herd/app/herd_file.h"

#include "herd/app/usage_error.h"
#include "herd/base/nearest_name.h"
#include "herd/base/text.h"
#include "herd/net/clock.h"
#include "herd/places/place_file.h"

namespace herd::app {

void add_config_option(CLI::App& command, std::string& file) {
  file = "herd.toml";
  command.add_option("--config", file, "The file that describes the herd (default: herd.toml)")
      ->envname("PROXYHERD_CONFIG")
      ->type_name("FILE");
}

node::Config load_herd(const std::string& file, node::PlainPeers plain_peers) {
  auto config = node::load_config(file, plain_peers);
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
  std::string message = in_quotes(id) + " is no server of " + file + "; ";
  const auto hint = did_you_mean(id, ids);
  if (hint.ends_with('?')) message += hint + " Its servers are ";
  throw UsageError(message + (hint.ends_with('?') ? known : hint));
}

net::Certificate check_certificate_of(const node::ServerConfig& server, const node::Config& config) {
  auto certificate = net::check_certificate({*config.peer_certificates, server.id}, net::wall_now() / second);
  if (!certificate) throw UsageError(certificate.error().message);
  return *std::move(certificate);
}

std::vector<node::Token> check_tokens(const node::Config& config) {
  if (!config.tokens) return {};
  auto tokens = node::read_tokens(*config.tokens);
  if (!tokens) throw UsageError(tokens.error().message);
  return *std::move(tokens);
}

void check_place_files(const node::Config& config) {
  const auto opened = places::open_place_files(config.place_files);
  if (!opened) throw UsageError("[places] files: " + opened.error().message);
}

std::filesystem::path executable_file() {
  return std::filesystem::read_symlink("/proc/self/exe");
}

}  // namespace herd::app
