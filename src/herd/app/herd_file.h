#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "herd/net/certificate.h"
#include "herd/node/config.h"
#include "herd/node/token_file.h"

namespace herd::app {

/// Adds `--config FILE` to a subcommand: by default $PROXYHERD_CONFIG, else herd.toml in the working folder.
/// `file` outlives the parsing.
void add_config_option(CLI::App& command, std::string& file);

/// The herd of the file. Throws UsageError with a line for each mistake in it.
node::Config load_herd(const std::string& file, node::PlainPeers plain_peers = node::PlainPeers::on_loopback_only);

/// The herd's server of this id. Throws UsageError naming those there are. The config outlives what is returned.
const node::ServerConfig& server_named(const node::Config& config, std::string_view id, const std::string& file);

/// The certificate of a server of a herd with TLS. Throws UsageError if it could not link to its neighbours with it.
net::Certificate check_certificate_of(const node::ServerConfig& server, const node::Config& config);

/// The tokens of the herd's file; none if it names none. Throws UsageError if the file is missing or broken.
std::vector<node::Token> check_tokens(const node::Config& config);

/// Throws UsageError if a server of the herd could not answer from its [places] files.
void check_place_files(const node::Config& config);

/// The file of the running program.
std::filesystem::path executable_file();

}  // namespace herd::app
