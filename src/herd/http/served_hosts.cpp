#include "herd/http/served_hosts.h"

#include <algorithm>
#include <utility>

#include "herd/base/text.h"

namespace herd::http {
namespace {

/// Of "Example.org.:8443": "example.org", which a dot at its end does not change.
std::string name_in(std::string_view host) {
  auto name = host.substr(0, host.find(':', host.starts_with('[') ? host.find(']') : 0));
  if (name.ends_with('.')) name.remove_suffix(1);
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](char c) { return lower_case(c); });
  return lower;
}

/// No name has brackets, and none that DNS knows ends in a number (RFC 3696 section 2).
bool is_address(std::string_view name) {
  const auto is_of_address = [](char c) { return is_digit(c) || c == '.'; };
  return name.starts_with('[') || std::ranges::all_of(name, is_of_address);
}

}  // namespace

ServedHosts::ServedHosts(const std::vector<std::string>& origins, std::vector<std::string> names)
    : names_(std::move(names)), has_any_(std::ranges::find(origins, "*") != origins.end()) {
  for (const auto& origin : origins) {
    const auto scheme_end = origin.find("://");
    names_.push_back(scheme_end == std::string::npos ? origin : origin.substr(scheme_end + 3));
  }
  for (auto& name : names_) name = name_in(name);
}

bool ServedHosts::has(std::string_view host) const {
  if (has_any_) return true;
  const auto name = name_in(host);
  return is_address(name) || name == "localhost" || name.ends_with(".localhost") ||
         std::ranges::find(names_, name) != names_.end();
}

}  // namespace herd::http
