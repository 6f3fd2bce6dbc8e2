#include "herd/http/cross_origin.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "herd/base/text.h"

namespace herd::http {
namespace {

void add_fields(std::vector<std::pair<std::string, std::string>>& fields, const std::string& origin) {
  fields.emplace_back("Access-Control-Allow-Origin", origin);
  fields.emplace_back("Vary", "Origin");
}

class AllowedExchange : public HttpExchange {
 public:
  AllowedExchange(std::unique_ptr<HttpExchange> exchange, std::string origin)
      : exchange_(std::move(exchange)), origin_(std::move(origin)) {}

  bool is_settled() const override { return exchange_->is_settled(); }
  bool is_traffic() const override { return exchange_->is_traffic(); }
  std::size_t body_bytes_max() const override { return exchange_->body_bytes_max(); }
  void on_body(std::string_view bytes, Time now) override { exchange_->on_body(bytes, now); }
  HttpAnswer finish(Time now) override { return CrossOrigin::allow(exchange_->finish(now), origin_); }

 private:
  std::unique_ptr<HttpExchange> exchange_;
  std::string origin_;
};

bool is_lower(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z');
}

}  // namespace

bool is_origin(std::string_view text) {
  constexpr std::string_view separator = "://";
  const auto scheme = text.substr(0, text.find(separator));
  if (scheme.empty() || scheme.size() == text.size()) return false;
  auto host = text.substr(scheme.size() + separator.size());
  const bool is_ipv6 = host.starts_with('[');
  if (const auto colon = host.find(':', is_ipv6 ? host.find(']') : 0); colon != std::string_view::npos) {
    constexpr std::uint64_t port_max = 65'535;
    if (!parse_whole(host.substr(colon + 1), port_max)) return false;
    host = host.substr(0, colon);
  }
  if (is_ipv6) {
    if (!host.ends_with(']')) return false;
    host = host.substr(1, host.size() - 2);
  }
  const auto is_of_scheme = [](char c) { return is_lower(c) || c == '+' || c == '-' || c == '.'; };
  const auto is_of_host = [=](char c) {
    return is_lower(c) || c == '.' || (is_ipv6 ? c == ':' : c == '-' || c == '_');
  };
  return std::ranges::all_of(scheme, is_of_scheme) && !host.empty() && std::ranges::all_of(host, is_of_host);
}

CrossOrigin::Kind CrossOrigin::kind_of(const HttpHead& head) const {
  const auto origin = head.field("Origin");
  if (origin.empty()) {
    // Images and links have no Origin (https://www.w3.org/TR/fetch-metadata/).
    const auto site = head.field("Sec-Fetch-Site");
    return site == "cross-site" || site == "same-site" ? Kind::foreign : Kind::none;
  }
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme) && origin.substr(scheme.size()) == head.field("Host")) return Kind::none;
  }
  const auto allows = [origin](const std::string& one) { return one == "*" || one == origin; };
  return std::ranges::any_of(origins_, allows) ? Kind::allowed : Kind::foreign;
}

HttpAnswer CrossOrigin::allow(HttpAnswer answer, const std::string& origin) {
  if (auto* const response = std::get_if<HttpResponse>(&answer)) {
    add_fields(response->fields, origin);
  } else if (auto* const live = std::get_if<HttpLive>(&answer)) {
    add_fields(live->fields, origin);
  } else if (auto* const later = std::get_if<HttpLater>(&answer)) {
    later->start = [start = std::move(later->start), origin](const HttpLater::Done& done) {
      start([done, origin](HttpResponse response) {
        add_fields(response.fields, origin);
        done(std::move(response));
      });
    };
  }
  return answer;
}

void CrossOrigin::answer_preflight(HttpResponse& response, std::string_view methods) {
  response.fields.emplace_back("Access-Control-Allow-Methods", methods);
  response.fields.emplace_back("Access-Control-Allow-Headers", "Authorization, Content-Type, Last-Event-ID");
  response.fields.emplace_back("Access-Control-Max-Age", "86400");
}

std::unique_ptr<HttpExchange> CrossOrigin::allow(std::unique_ptr<HttpExchange> exchange, std::string origin) {
  return std::make_unique<AllowedExchange>(std::move(exchange), std::move(origin));
}

}  // namespace herd::http
