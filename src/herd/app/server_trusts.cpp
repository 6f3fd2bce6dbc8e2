#include "herd/app/server_trusts.h"

#include "herd/app/usage_error.h"

namespace herd::app {

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
  if (options_.to_addresses)
    throw UsageError("--tls: the line port of " + server.id + " is plain, as herd.toml has it");
  return std::nullopt;
}

std::optional<net::ServerTrust> ServerTrusts::of_http(const node::Config& config, const node::ServerConfig& server) {
  const auto& tls = config.client_tls;
  if (tls.folder && tls.is_on_http) return trust().knowing(tls.files(server.id).certificate);
  return std::nullopt;
}

std::optional<net::ServerTrust> ServerTrusts::of_address() {
  const bool is_tls = options_.to_addresses || !options_.authorities.empty() || !options_.certificate.empty();
  if (is_tls) return trust();
  return std::nullopt;
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
