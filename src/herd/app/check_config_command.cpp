#include "herd/app/check_config_command.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <unistd.h>

#include "herd/app/herd_file.h"
#include "herd/app/table.h"
#include "herd/app/terminal.h"
#include "herd/app/usage_error.h"
#include "herd/base/text.h"
#include "herd/net/clock.h"
#include "herd/net/https_client.h"

namespace herd::app {

namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

/// Checks the certificates of the servers whose keys are here, and says how long they are valid; empty without TLS.
/// Throws UsageError with a line for each that is wrong.
std::string certificates_text(const node::Config& config) {
  if (!config.peer_certificates) return {};
  std::string text;
  std::string mistakes;
  for (const auto& server : config.servers) {
    const net::CertificateFiles files{*config.peer_certificates, server.id};
    if (!std::filesystem::exists(files.key())) continue;
    if (const auto certificate = net::check_certificate(files, net::wall_now() / second)) {
      text += "  " + server.id + " until " + net::utc_text(certificate->valid_until()) + "\n";
    } else {
      mistakes += (mistakes.empty() ? "" : "\n") + certificate.error().message;
    }
  }
  if (text.empty() && mistakes.empty()) {
    mistakes = config.peer_certificates->string() + ": holds no key of any server; " +
               "make certificates with `proxyherd certs init`";
  }
  if (!mistakes.empty()) throw UsageError(mistakes);
  return "links are TLS, with certificates in " + config.peer_certificates->string() + ", valid\n" + text;
}

/// The same for what clients' ports show.
std::string client_certificates_text(const node::Config& config) {
  const auto& tls = config.client_tls;
  if (!tls.folder) return {};
  std::string text;
  std::string mistakes;
  for (const auto& server : config.servers) {
    const auto files = tls.files(server.id);
    if (!std::filesystem::exists(files.key) && !std::filesystem::exists(files.certificate)) continue;
    if (const auto read = tls.read(server.id)) {
      text += "  " + server.id + " until " + net::utc_text(read->certificate()->valid_until()) + "\n";
    } else {
      mistakes += (mistakes.empty() ? "" : "\n") + read.error().message;
    }
  }
  if (text.empty() && mistakes.empty()) {
    mistakes = tls.folder->string() +
               ": holds no certificate of any server; put <id>.crt and <id>.key there for each " +
               "server of this machine";
  }
  if (!mistakes.empty()) throw UsageError(mistakes);
  const bool has_trackers =
      std::ranges::any_of(config.servers, [](const auto& server) { return server.trackers.has_value(); });
  std::vector<std::string> ports;
  if (tls.is_on_line) ports.emplace_back("line");
  if (tls.is_on_http) ports.emplace_back("http");
  if (tls.is_on_trackers && (has_trackers || ports.empty())) ports.emplace_back("trackers");
  const auto last = ports.back();
  ports.pop_back();
  return joined(ports) + (ports.empty() ? "" : " and ") + last + " ports are TLS, with certificates in " +
         tls.folder->string() + ", valid\n" + text +
         (tls.line_clients_ca ? "line clients show certificates of " + tls.line_clients_ca->string() + "\n" : "");
}

std::string threads_text(const node::Config& config) {
  if (config.threads) return "event loops: " + std::to_string(*config.threads) + " for each server\n";
  return "event loops: one per CPU, shared out among the servers of a machine\n";
}

/// Checks the key and the authorities, and says who is asked for places; empty if Google is not. Throws UsageError.
std::string google_text(const node::GoogleConfig& config) {
  const auto found = node::find_google_key(config);
  if (!found) throw UsageError(found.error().message);
  if (!*found) return {};
  if (!config.authorities.empty()) {
    if (const auto checked = net::HttpsClient::check_authorities(config.authorities); !checked) {
      throw UsageError(checked.error().message);
    }
  }
  auto text = "places from Google at " + config.url.server.text() + ", with the key in " + (*found)->source + '\n';
  if (!(*found)->warning.empty()) text += "warning: " + (*found)->warning + '\n';
  return text;
}

/// Checks the tokens, and says who may do what. Throws UsageError.
std::string access_text(const node::Config& config) {
  if (!config.tokens) {
    return config.is_open ? "access: open, whoever reaches a port may do everything\n"
                          : "access: whoever is on the same machine may do everything\n";
  }
  const auto tokens = check_tokens(config);
  auto text = "access: HTTP by " + counted(tokens.size(), "token") + " in " + config.tokens->string() + '\n';
  if (const auto wrong = node::wrong_with_mode(*config.tokens, tokens)) text += "warning: " + *wrong + '\n';
  return text;
}

/// Checks the files of [mqtt], and says whom the herd hears; empty without a broker. Throws UsageError.
std::string mqtt_text(const node::Config& config) {
  if (!config.mqtt) return {};
  const auto warning = node::check_mqtt_files(*config.mqtt);
  if (!warning) throw UsageError(warning.error().message);
  return "messages from the MQTT broker " + config.mqtt->broker.text() + (config.mqtt->is_tls ? " by TLS" : "") + '\n' +
         (warning->empty() ? "" : "warning: " + *warning + '\n');
}

int check_config(const std::string& file) {
  const auto config = load_herd(file);
  const auto certificates = certificates_text(config) + client_certificates_text(config);
  const auto access = access_text(config);
  const auto mqtt = mqtt_text(config);
  const auto google = google_text(config.google);
  check_place_files(config);
  Table table({{"SERVER"}, {"LINE"}, {"PEER"}, {"HTTP"}, {"TALKS WITH"}});
  std::size_t link_ends = 0;
  for (const auto& server : config.servers) {
    link_ends += server.talks_with.size();
    table.add_row({{server.id},
                   {server.line.text()},
                   {server.peer.text()},
                   {server.http ? server.http->text() : "-"},
                   {server.talks_with.empty() ? "nobody" : joined(server.talks_with)}});
  }
  std::cout << file << ": herd " << config.herd << ", " << counted(config.servers.size(), "server") << ", "
            << counted(link_ends / 2, "link") << "\n\n"
            << table.text(shows_colour(STDOUT_FILENO)) << '\n'
            << certificates << threads_text(config) << "data in " << (config.data / "<id>").string() << '\n';
  for (const auto& place_file : config.place_files) std::cout << "places from " << place_file.string() << '\n';
  std::cout << google << mqtt << access;
  for (const auto& warning : config.warnings) std::cout << "warning: " << warning << '\n';
  return 0;
}

}  // namespace

void add_check_config_command(CLI::App& app, std::function<int()>& action) {
  auto file = std::make_shared<std::string>();
  auto& command = *app.add_subcommand("check-config", "Say what herd.toml describes, or all that is wrong with it");
  add_config_option(command, *file);
  command.footer(
      "Status 0 if a herd can be run with it, 2 if not. Mistakes are named with file and line.\n"
      "\n"
      "Example:\n"
      "  proxyherd check-config --config herd.toml\n");
  command.callback([file, &action] { action = [file] { return check_config(*file); }; });
}

}  // namespace herd::app
