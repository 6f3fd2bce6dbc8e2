#include "herd/node/https_url.h"

#include "herd/base/text.h"

namespace herd::node {

namespace {

constexpr std::string_view scheme = "https://";
constexpr std::size_t path_bytes_max = 256;

Error bad_url(std::string_view text, std::string_view reason) {
  return {in_quotes(text) + ' ' + std::string(reason) +
          "; write https://HOST, https://HOST:PORT or https://HOST:PORT/PATH"};
}

}  // namespace

Result<HttpsUrl> parse_https_url(std::string_view text) {
  if (!text.starts_with(scheme)) return bad_url(text, "does not begin with https://");
  const auto rest = text.substr(scheme.size());
  const auto authority = rest.substr(0, rest.find('/'));
  auto path = rest.substr(authority.size());
  while (path.ends_with('/')) path.remove_suffix(1);
  if (path.size() > path_bytes_max || !is_plain(path, "/-._~")) {
    return bad_url(text, "has something in its path that is not expected there");
  }
  const bool has_port = authority.find(':', authority.find(']') + 1) != std::string_view::npos;
  const auto server = parse_endpoint(std::string(authority) + (has_port ? "" : ":443"));
  if (!server || server->port == 0) return bad_url(text, "names no server");
  return HttpsUrl{*server, std::string(path)};
}

}  // namespace herd::node
