#include "herd/node/client_tls_config.h"

#include <algorithm>
#include <utility>

#include "herd/base/text.h"

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
  if (is_on_http || is_on_trackers) {
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

ClientTlsConfig read_client_tls(const TomlSection& section, const std::filesystem::path& folder, Mistakes& mistakes) {
  ClientTlsConfig tls;
  const auto beside = [&folder](const Located<std::string>& path) { return (folder / path.value).lexically_normal(); };
  if (const auto its_folder = section.string("clients", "\"client-certs\"")) tls.folder = beside(*its_folder);
  const auto ports = section.strings("clients_on", R"(["line", "http", "trackers"])");
  const auto is_on = [&ports](std::string_view port) {
    return ports.empty() || std::ranges::find(ports, port, &Located<std::string>::value) != ports.end();
  };
  tls.is_on_line = is_on("line");
  tls.is_on_http = is_on("http");
  tls.is_on_trackers = is_on("trackers");
  for (const auto& port : ports) {
    if (port.value == "line" || port.value == "http" || port.value == "trackers") continue;
    mistakes.add(port.line,
                 "clients_on names " + in_quotes(port.value) + R"(; there are "line", "http" and "trackers")");
  }
  if (section.has("clients_on") && section.lacks("clients_on")) {
    mistakes.add(section.where("clients_on"),
                 R"(clients_on names no port; there are "line", "http" and "trackers": name those that are TLS, or )"
                 "leave clients_on out for all, or clients for none");
  }
  if (!ports.empty() && !section.has("clients")) {
    mistakes.add(ports.front().line, "clients_on is of no use without clients; add clients = \"client-certs\"");
  }
  if (const auto file = section.string("line_clients_ca", "\"clients-ca.crt\"")) {
    tls.line_clients_ca = beside(*file);
    if (!tls.folder || !tls.is_on_line) {
      mistakes.add(file->line,
                   "line_clients_ca asks line clients for certificates, and the line port is plain; add clients = "
                   "\"client-certs\", and \"line\" to clients_on");
    }
  }
  return tls;
}

}  // namespace herd::node
