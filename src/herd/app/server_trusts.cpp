#include "herd/app/server_trusts.h"

#include "herd/app/usage_error.h"

namespace herd::app {
namespace {

std::string is_plain(const std::string& option, const std::string& port, const node::Endpoint& endpoint,
                     const std::string& server, const node::ClientTlsConfig& tls) {
  const std::string remedy = tls.folder ? "\"" + port + "\" to clients_on" : R"(clients = "client-certs")";
  return option + ": the " + port + " port of " + server + ", " + endpoint.text() +
         ", is plain, as herd.toml has it; leave " + option + " out, or, if the port speaks TLS, add " + remedy +
         " in [tls] there";
}

}  // namespace

void add_ca_option(CLI::App& command, TlsOptions& options) {
  command
      .add_option("--ca", options.authorities,
                  "Authorities to trust, as PEM, instead of those that this machine does (TLS)")
      ->type_name("FILE");
}

void add_tls_options(CLI::App& command, TlsOptions& options) {
  command.add_flag("--tls", options.to_addresses, "Speak TLS to HOST:PORT (servers of herd.toml: as its [tls] says)");
  add_ca_option(command, options);
  auto* certificate = command.add_option("--certificate", options.certificate,
                                         "What to show to a server that demands a certificate of its clients, as PEM");
  auto* key = command.add_option("--key", options.key, "The key of that certificate, as PEM");
  certificate->type_name("FILE")->needs(key);
  key->type_name("FILE")->needs(certificate);
}

std::optional<net::ServerTrust> ServerTrusts::of_line(const node::Config& config, const node::ServerConfig& server) {
  const auto& tls = config.client_tls;
  if (tls.folder && tls.is_on_line) return trust().knowing(tls.files(server.id).certificate);
  if (const auto option = wanted_by(); !option.empty())
    throw UsageError(is_plain(option, "line", server.line, server.id, tls));
  return std::nullopt;
}

std::optional<net::ServerTrust> ServerTrusts::of_http(const node::Config& config, const node::ServerConfig& server) {
  if (!server.http) return std::nullopt;
  const auto& tls = config.client_tls;
  if (tls.folder && tls.is_on_http) return trust().knowing(tls.files(server.id).certificate);
  if (!options_.authorities.empty()) throw UsageError(is_plain("--ca", "http", *server.http, server.id, tls));
  return std::nullopt;
}

std::optional<net::ServerTrust> ServerTrusts::of_address() {
  if (wanted_by().empty()) return std::nullopt;
  return trust();
}

std::string ServerTrusts::wanted_by() const {
  if (options_.to_addresses) return "--tls";
  if (!options_.authorities.empty()) return "--ca";
  return options_.certificate.empty() ? "" : "--certificate";
}

const net::ServerTrust& ServerTrusts::trust() {
  if (!read_) {
    auto read = net::ServerTrust::read(
        {.authorities = options_.authorities, .certificate = options_.certificate, .key = options_.key});
    if (!read) throw UsageError(read.error().message);
    read_ = *std::move(read);
  }
  return *read_;
}

}  // namespace herd::app
