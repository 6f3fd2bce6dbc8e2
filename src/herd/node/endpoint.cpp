#include "herd/node/endpoint.h"

#include <arpa/inet.h>
#include <array>
#include <cstddef>

#include "herd/base/text.h"

namespace herd::node {

namespace {

constexpr std::size_t host_bytes_max = 253;

bool is_address(int family, const std::string& host) {
  std::array<std::byte, sizeof(in6_addr)> address;
  return host.find('\0') == std::string::npos && inet_pton(family, host.c_str(), address.data()) == 1;
}

bool is_host_name(std::string_view host) {
  return !host.empty() && host.size() <= host_bytes_max && host.front() != '-' && host.front() != '.' &&
         is_plain(host, "-._");
}

Error bad_endpoint(std::string_view text, std::string_view reason) {
  return {in_quotes(text) + " is no address: " + std::string(reason) +
          "; write HOST:PORT, such as 127.0.0.1:12000 or [::1]:12000"};
}

}  // namespace

std::string Endpoint::text() const {
  const bool is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

bool Endpoint::is_loopback() const {
  if (host == "localhost" || host == "::1") return true;
  return host.starts_with("127.") && is_address(AF_INET, host);
}

Result<Endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad_endpoint(text, "the port is missing");
  std::string host(text.substr(0, colon));
  const auto port_text = text.substr(colon + 1);

  if (host.empty()) return bad_endpoint(text, "the host is missing");
  if (host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    if (!is_address(AF_INET6, host)) return bad_endpoint(text, "there is no IPv6 address in the brackets");
  } else if (host.find(':') != std::string::npos) {
    return bad_endpoint(text, "an IPv6 address goes in brackets");
  } else if (host.find_first_not_of("0123456789.") == std::string::npos) {
    if (!is_address(AF_INET, host)) return bad_endpoint(text, "its host is not four numbers of 0 to 255");
  } else if (!is_host_name(host)) {
    return bad_endpoint(text, "its host is neither a name nor an IP address");
  }

  const auto port = parse_whole(port_text, 65535);
  if (!port) return bad_endpoint(text, "the port is not a whole number of 0 to 65535");
  return Endpoint{std::move(host), static_cast<std::uint16_t>(*port)};
}

}  // namespace herd::node
