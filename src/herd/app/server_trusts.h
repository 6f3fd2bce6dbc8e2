#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "herd/net/server_trust.h"
#include "herd/node/config.h"

namespace herd::app {

/// What the user says of TLS on the command line of a tool.
struct TlsOptions {
  bool to_addresses = false;  ///< --tls
  std::string authorities;    ///< --ca
  std::string certificate;    ///< --certificate
  std::string key;            ///< --key
};

/// Adds --ca to a subcommand that finds all its servers in herd.toml. `options` outlives the parsing.
void add_ca_option(CLI::App& command, TlsOptions& options);

/// Adds --tls, --ca, --certificate and --key to a subcommand that speaks to line ports.
void add_tls_options(CLI::App& command, TlsOptions& options);

/// Which servers a tool trusts, as its options say and herd.toml: a server of the herd is known by the certificate that
/// [tls] names. Everything throws UsageError if the files of the options will not do.
class ServerTrusts {
 public:
  /// The options outlive it.
  explicit ServerTrusts(const TlsOptions& options) : options_{options} {}

  /// For the port of a server of the herd; none if it is plain, or there is no such port. UsageError if the options
  /// want TLS and herd.toml has the port as plain: of line ports all of them do, of HTTP ports --ca does.
  std::optional<net::ServerTrust> of_line(const node::Config& config, const node::ServerConfig& server);
  std::optional<net::ServerTrust> of_http(const node::Config& config, const node::ServerConfig& server);

  /// For HOST:PORT; none if the options say nothing of TLS.
  std::optional<net::ServerTrust> of_address();

 private:
  /// The option that says that TLS is to be spoken; empty: none.
  std::string wanted_by() const;
  const net::ServerTrust& trust();

  const TlsOptions& options_;
  std::optional<net::ServerTrust> read_;
};

}  // namespace herd::app
