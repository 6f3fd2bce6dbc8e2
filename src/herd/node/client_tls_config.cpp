#include "herd/node/client_tls_config.h"

#include <utility>

namespace herd::node {

using net::ClientTls;

ClientTls::Files ClientTlsConfig::files(const std::string& server) const {
  return {.certificate = *folder / (server + ".crt"), .key = *folder / (server + ".key")};
}

const net::Certificate* ClientTlsConfig::Read::certificate() const {
  if (line) return &line->certificate();
  return http ? &http->certificate() : nullptr;
}

Result<ClientTlsConfig::Read> ClientTlsConfig::read(const std::string& server) const {
  Read read;
  if (!folder) return read;
  auto its_files = files(server);
  if (is_on_http) {
    auto http = ClientTls::read(its_files, ClientTls::Protocol::http);
    if (!http) return http.error();
    read.http = *std::move(http);
  }
  if (is_on_line) {
    its_files.clients_ca = line_clients_ca;
    auto line = ClientTls::read(its_files, ClientTls::Protocol::line);
    if (!line) return line.error();
    read.line = *std::move(line);
  }
  return read;
}

}  // namespace herd::node
