#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "herd/base/result.h"
#include "herd/net/client_tls.h"
#include "herd/node/toml_section.h"

namespace herd::node {

/// What [tls] says of clients' ports.
struct ClientTlsConfig {
  std::optional<std::filesystem::path>
      folder;              ///< clients: <id>.crt and <id>.key of each server; none: ports are plain
  bool is_on_line = true;  ///< clients_on
  bool is_on_http = true;
  bool is_on_trackers = true;
  std::optional<std::filesystem::path> line_clients_ca;  ///< who may use the line port; none: whoever reaches it

  /// What the server with this id shows on its ports. There is a folder.
  net::ClientTls::Files files(const std::string& server) const;

  /// Reads what the server needs on its line port and on its HTTP ports; none where all of these are plain. The error
  /// is ClientTls::read's.
  struct Read {
    std::optional<net::ClientTls> line;
    std::optional<net::ClientTls> http;

    /// The server's own, whichever port shows it; null if all are plain.
    const net::Certificate* certificate() const;
  };
  Result<Read> read(const std::string& server) const;
};

/// Of the section [tls], relative paths beside `folder`.
ClientTlsConfig read_client_tls(const TomlSection& section, const std::filesystem::path& folder, Mistakes& mistakes);

}  // namespace herd::node
