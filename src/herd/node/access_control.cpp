#include "herd/node/access_control.h"

#include <arpa/inet.h>
#include <mutex>
#include <utility>

#include "herd/http/authorization.h"

namespace herd::node {
namespace {

constexpr std::size_t index_of(Token::Shown shown) {
  return static_cast<std::size_t>(shown);
}

/// The token, or the password whatever the user; empty if there is none.
std::string secret_in(std::string_view authorization) {
  if (const auto token = http::after_scheme(authorization, "bearer")) return std::string(*token);
  return http::basic_login(authorization).value_or(http::Login()).password;
}

/// Of an IPv6 address, in brackets or not, its first half, "2001:db8::/64" in bytes; any other text as it is.
std::string_view network_of(std::string_view address, in6_addr& bytes) {
  if (address.find(':') == std::string_view::npos) return address;
  const auto begin = address.starts_with('[') ? 1U : 0U;
  const std::string text(address.substr(begin, address.find_first_of("%]") - begin));
  if (inet_pton(AF_INET6, text.c_str(), &bytes) != 1 || IN6_IS_ADDR_V4MAPPED(&bytes)) return address;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the bytes as such
  return {reinterpret_cast<const char*>(&bytes), sizeof bytes / 2};
}

}  // namespace

Result<std::optional<std::string>> AccessControl::read(const std::filesystem::path& file) {
  const auto tokens = read_tokens(file);
  if (!tokens) return tokens.error();
  use(*tokens);
  return wrong_with_mode(file, *tokens);
}

void AccessControl::use(const std::vector<Token>& tokens) {
  auto grants = std::make_optional<Grants>();
  for (const auto& token : tokens) {
    const auto hash = token.shown == Token::Shown::certificate ? net::sha256(token.certificate) : token.hash;
    grants->at(index_of(token.shown)).emplace(hash, std::make_shared<protocols::Grant>(token.clients, token.may));
  }
  std::vector<GrantPtr> gone;
  if (grants_) {  // which changes nowhere else
    for (std::size_t shown = 0; shown < grants_->size(); ++shown) {
      for (const auto& [hash, before] : (*grants_)[shown]) {
        const auto now = (*grants)[shown].find(hash);
        if (now != (*grants)[shown].end() && now->second->says_the_same_as(*before)) {
          now->second = before;
        } else {
          gone.push_back(before);
        }
      }
    }
  }
  {
    // Those before go once the lock is released: it takes milliseconds.
    const std::scoped_lock lock(mutex_);
    grants_.swap(grants);
  }
  for (const auto& grant : gone) grant->revoke();
}

bool AccessControl::needs_tokens() const {
  const std::shared_lock lock(mutex_);
  return grants_.has_value();
}

std::shared_ptr<const protocols::Grant> AccessControl::grant(const Credentials& credentials) const {
  const std::shared_lock lock(mutex_);
  if (!grants_) return protocols::Grant::everything();
  const auto found = [&](Token::Shown shown, std::string_view what) -> GrantPtr {
    const auto& those = grants_->at(index_of(shown));
    if (what.empty() || those.empty()) return nullptr;
    const auto at = those.find(net::sha256(what));
    return at == those.end() ? nullptr : at->second;
  };
  if (auto grant = found(Token::Shown::secret, secret_in(credentials.authorization))) return grant;
  if (auto grant = found(Token::Shown::certificate, credentials.certificate)) return grant;
  return found(Token::Shown::client_id, credentials.secret_id);
}

bool AccessControl::admits(std::string_view address, unsigned requests, Time now) {
  in6_addr bytes{};
  return limits_ == nullptr || limits_->take(network_of(address, bytes), requests, now);
}

AccessCounters AccessControl::counters() const {
  AccessCounters counters;
  counters.denied = denied_.load(std::memory_order_relaxed);
  if (limits_) {
    const auto limits = limits_->counters();
    counters.requests_refused = limits.refused;
    counters.addresses_given_up = limits.given_up;
  }
  const std::shared_lock lock(mutex_);
  if (grants_) {
    for (const auto& those : *grants_) counters.tokens += those.size();
  }
  return counters;
}

}  // namespace herd::node
