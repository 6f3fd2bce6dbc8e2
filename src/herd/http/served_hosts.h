#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace herd::http {

/// The names that requests may come under (Host, RFC 9110 section 7.2).
///
/// A web page can let its own name stand for 127.0.0.1 (DNS rebinding). Its browser takes a server on that address for
/// the page's own then, and lets it read and change everything there. The name is all that tells such a request from
/// others: a name that nobody but its owner can let stand for something else is none of these.
class ServedHosts {
 public:
  /// Beside any IP address, localhost and what ends in .localhost: the host of each of `origins`
  /// ("https://example.org:8443"; "*": any name), and `names`.
  ServedHosts(const std::vector<std::string>& origins, std::vector<std::string> names);

  /// `host` as in the field, with or without a port. Empty: of HTTP/1.0, which no browser speaks; true.
  bool has(std::string_view host) const;

 private:
  std::vector<std::string> names_;  // in lower case
  bool has_any_ = false;
};

}  // namespace herd::http
