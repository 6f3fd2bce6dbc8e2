#include "herd/api/http_api.h"

#include <algorithm>
#include <string>
#include <utility>

#include "herd/api/api_page.h"
#include "herd/api/http_arguments.h"
#include "herd/api/http_call.h"
#include "herd/api/http_endpoints.h"
#include "herd/api/http_google.h"
#include "herd/api/open_api.h"
#include "herd/api/path_remedy.h"
#include "herd/base/text.h"
#include "herd/http/accepted_type.h"
#include "herd/http/authorization.h"
#include "herd/http/content_encoding.h"
#include "herd/http/cross_origin.h"
#include "herd/http/form_fields.h"
#include "herd/http/query_string.h"
#include "herd/http/served_hosts.h"
#include "herd/protocols/client_name.h"
#include "herd/trackers/osmand.h"

namespace herd::api {
namespace {

constexpr std::string_view too_many_requests = "too many requests come from this address; try again later";

/// Its own problems, and Google's words at Google's path.
struct Refusals {
  bool are_googles = false;

  http::HttpResponse wrong(std::string_view detail) const {
    return are_googles ? google_refusal("INVALID_REQUEST", detail) : http::problem(400, detail);
  }
  http::HttpResponse unknown(std::string_view detail) const {
    return are_googles ? google_refusal("REQUEST_DENIED", detail) : http::unauthorized(detail);
  }
  /// A token that a page has in its address: were a password asked for, the browser would ask its user.
  http::HttpResponse unknown_token(std::string_view detail) const {
    if (are_googles) return unknown(detail);
    auto response = http::problem(401, detail);
    response.fields = {{"WWW-Authenticate", R"(Bearer realm="proxyherd", error="invalid_token")"}};
    return response;
  }
  http::HttpResponse forbidden(std::string_view detail) const {
    return are_googles ? google_refusal("REQUEST_DENIED", detail) : http::problem(403, detail);
  }
  http::HttpResponse too_many() const {
    return are_googles ? google_refusal("OVER_QUERY_LIMIT", too_many_requests) : http::too_often(too_many_requests);
  }
};

std::string foreign_page(const http::HttpHead& head) {
  return "web pages of " + std::string(head.field("Origin")) +
         " may not use this server; cors_origins in the section [http] of its configuration would allow it";
}

http::HttpResponse strange_host(std::string_view host) {
  constexpr std::size_t host_bytes_max = 260;
  std::string detail = "this server is not known as \"";
  append_printable(detail, host, host_bytes_max);
  detail +=
      "\": without tokens it may be asked for by an IP address, as localhost, by the name that herd.toml has for its "
      "port, "
      "or by that of one of cors_origins; tokens, or open = true in the section [auth], allow any name";
  const auto origin = "http://" + std::string(host);
  if (host.size() <= host_bytes_max && http::is_origin(origin)) {
    detail += "; for example [http] cors_origins = [\"" + origin + "\"]";
  }
  return http::problem(421, detail);
}

http::HttpResponse wrong_method(const http::HttpHead& head, const std::string& methods) {
  auto detail = "this path takes " + methods + ", not " + std::string(head.is_head ? "HEAD" : head.method);
  const bool is_report = head.path() == "/v1/clients" && (head.method == "POST" || head.method == "PUT");
  if (is_report) detail += "; reports go to PUT /v1/clients/ID or POST /v1/reports";
  return http::problem(405, detail);
}

/// What a path has.
struct Route {
  const Endpoint* endpoint = nullptr;  // null: not with this method
  std::string_view id;
  std::string methods;  // empty if there is nothing at the path
};

Route route_of(std::string_view method, std::string_view path) {
  Route route;
  for (const auto& endpoint : http_endpoints()) {
    const auto id = match_path(endpoint.path, path);
    if (!id) continue;
    if (endpoint.method == method) return {&endpoint, *id, {}};
    route.methods += std::string(endpoint.method) + (endpoint.method == "GET" ? ", HEAD, " : ", ");
  }
  if (!route.methods.empty()) route.methods += "OPTIONS";
  return route;
}

bool has_field(std::string_view query, std::string_view name) {
  while (const auto field = http::take_query_field(query)) {
    if (field->name == name) return true;
  }
  return false;
}

bool is_osmand(std::string_view query) {
  return trackers::is_osmand(http::parse_form(query, trackers::TrackerApps::fields_max));
}

bool has_query(std::string_view query) {
  return http::take_query_field(query).has_value();
}

/// Tracker apps have no paths of their own. Below /v1/ a POST was meant for the API. A query at the root is a report,
/// or was to be one: an app that followed a redirect from there would take its point for delivered.
bool is_for_apps(const http::HttpHead& head) {
  if (head.method == "POST") return !head.path().starts_with("/v1/");
  return head.method == "GET" && head.path() == "/" && !head.is_head && has_query(head.query());
}

/// What may be asked at a path that is none of the table; empty if there is nothing. At such a path other than the root
/// only OPTIONS hears of POST: that nothing is there helps more against a slip in the path.
std::string methods_beside_table(const http::HttpHead& head) {
  const auto path = head.path();
  const bool is_options = head.method == "OPTIONS";
  if (path == "/") return has_query(head.query()) ? "GET, POST, OPTIONS" : "GET, HEAD, POST, OPTIONS";
  if (is_options && path == "*") return "GET, HEAD, POST, PUT, DELETE, OPTIONS";  // RFC 9110 section 9.3.7
  return is_options && path.starts_with('/') && !path.starts_with("/v1/") ? "POST, OPTIONS" : "";
}

/// What an Authorization field would say if its sender could send one; empty if it is not said.
std::string authorization_in_query(std::string_view query, const Endpoint& endpoint) {
  if (endpoint.token_parameter.empty()) return {};
  while (const auto field = http::take_query_field(query)) {
    if (field->name == endpoint.token_parameter) return "Bearer " + http::query_decoded(field->value).value_or("");
  }
  return {};
}

/// Where there are both: JSON, unless GeoJSON is more welcome, or as welcome and asked for by its name.
bool wants_geojson(const Endpoint& endpoint, const http::HttpHead& head) {
  const auto& types = endpoint.answers.front().content_types;
  if (std::ranges::find(types, "application/geo+json") == types.end()) return false;
  const auto accept = head.list("Accept");
  const auto geojson = http::acceptance_of(accept, "application/geo+json");
  const auto json = http::acceptance_of(accept, "application/json");
  return geojson.quality > json.quality || (geojson.is_named && geojson.quality > 0 && geojson.quality == json.quality);
}

constexpr std::string_view not_known = "these credentials are not known here; new tokens count from the next SIGHUP on";

/// What a 401 says to a request with this Authorization field, and with a query in which no token counts.
std::string_view who_asks(std::string_view authorization, std::string_view query) {
  if (authorization.empty()) {
    return has_field(query, "access_token")
               ? "say who asks: Authorization: Bearer TOKEN; access_token counts at /v1/live and /v1/ws only"
               : "say who asks: Authorization: Bearer TOKEN";
  }
  const bool has_scheme = http::after_scheme(authorization, "bearer") || http::after_scheme(authorization, "basic");
  return has_scheme ? not_known : "write Authorization: Bearer ph_...; what was sent is neither Bearer nor Basic";
}

std::unique_ptr<http::HttpExchange> foregone(http::HttpAnswer answer) {
  return std::make_unique<HttpForegone>(std::move(answer));
}

}  // namespace

struct HttpApi::State {
  HttpDoors doors;
  http::CrossOrigin cross_origin;
  std::optional<http::ServedHosts> hosts;  // none: any

  std::unique_ptr<http::HttpExchange> begin(const http::HttpHead& head, const Route& route, Time now) const;
  std::unique_ptr<http::HttpExchange> begin(const http::HttpHead& head, const Endpoint& endpoint, std::string_view id,
                                            std::string address) const;
};

HttpApi::HttpApi(protocols::Herd& herd, places::Provider& places, protocols::Access& access, Self& self,
                 Options options)
    : apps_(std::make_unique<trackers::TrackerApps>(herd, access, options.apps)) {
  std::optional<http::ServedHosts> hosts;
  if (options.hosts) hosts.emplace(options.cors_origins, *std::move(options.hosts));
  state_ = std::make_unique<State>(State{{herd, places, access, self, open_api_json(), api_page_html()},
                                         http::CrossOrigin(std::move(options.cors_origins)),
                                         std::move(hosts)});
}
HttpApi::~HttpApi() = default;

const trackers::TrackerApps& HttpApi::apps() const {
  return *apps_;
}

std::unique_ptr<http::HttpExchange> HttpApi::begin(const http::HttpHead& head, Time now) {
  if (const auto host = head.field("Host"); state_->hosts && !state_->hosts->has(host)) {
    state_->doors.access.count_denied();
    return foregone(strange_host(host));
  }
  auto route = route_of(head.method, head.path());
  const auto kind = state_->cross_origin.kind_of(head);
  const bool is_apps = route.endpoint == nullptr && route.methods.empty() && is_for_apps(head);
  if (route.endpoint == nullptr && route.methods.empty()) route.methods = methods_beside_table(head);
  const auto begin = [&]() -> std::unique_ptr<http::HttpExchange> {
    if (!is_apps) return state_->begin(head, route, now);
    if (kind != http::CrossOrigin::Kind::foreign) return apps_->begin(head, now);
    return foregone(http::problem(403, foreign_page(head)));
  };
  if (kind != http::CrossOrigin::Kind::allowed) return begin();
  return http::CrossOrigin::allow(begin(), std::string(head.field("Origin")));
}

std::unique_ptr<http::HttpExchange> HttpApi::State::begin(const http::HttpHead& head, const Route& route,
                                                          Time now) const {
  const auto* const endpoint = route.endpoint;
  const Refusals refusals{endpoint != nullptr && endpoint->is_googles};
  std::string address(head.client_address.substr(0, head.client_address.rfind(':')));
  // Who looks after the server shall see it when others ask too much.
  const bool is_rated = endpoint == nullptr || endpoint->is_traffic();
  if (is_rated && !doors.access.admits(address, 1, now)) return foregone(refusals.too_many());
  if (endpoint != nullptr) return begin(head, *endpoint, route.id, std::move(address));

  if (head.path() == "/" && head.method == "GET" && !has_query(head.query())) {
    return foregone(http::HttpResponse{302, "", "", {{"Location", "/v1/docs"}}});
  }
  if (!route.methods.empty()) {
    auto response = head.method == "OPTIONS" ? http::HttpResponse{204, "", "", {}} : wrong_method(head, route.methods);
    response.fields.emplace_back("Allow", route.methods);
    const bool is_preflight = !head.field("Access-Control-Request-Method").empty();
    if (is_preflight && cross_origin.kind_of(head) == http::CrossOrigin::Kind::allowed) {
      http::CrossOrigin::answer_preflight(response, route.methods);
    }
    return foregone(std::move(response));
  }
  const std::string path(head.path());
  const bool is_report = head.method == "GET" && !path.starts_with("/v1/") && is_osmand(head.query());
  const auto remedy = is_report ? "a report in an address goes to the root: /?id=my-phone&lat=..." : path_remedy(path);
  return foregone(http::problem(404, "there is nothing at " + path + "; " + remedy));
}

std::unique_ptr<http::HttpExchange> HttpApi::State::begin(const http::HttpHead& head, const Endpoint& endpoint,
                                                          std::string_view id, std::string address) const {
  const Refusals refusals{endpoint.is_googles};
  const bool changes = endpoint.method != "GET" || endpoint.path == "/v1/ws";
  if (changes && cross_origin.kind_of(head) == http::CrossOrigin::Kind::foreign) {
    return foregone(refusals.forbidden(foreign_page(head)));
  }

  std::shared_ptr<const protocols::Grant> grant = protocols::Grant::everything();
  if (!endpoint.verbs.empty()) {
    const auto field = head.field("Authorization");
    grant = doors.access.grant({field, {}, {}});
    const auto in_query = grant ? std::string() : authorization_in_query(head.query(), endpoint);
    if (!in_query.empty()) grant = doors.access.grant({in_query, {}, {}});
    if (!grant) {
      doors.access.count_denied();
      if (!in_query.empty()) return foregone(refusals.unknown_token(not_known));
      return foregone(refusals.unknown(who_asks(field, head.query())));
    }
  }
  const auto may = [&](protocols::Verb verb, const std::string& client) {
    return client.empty() ? grant->may(verb) : grant->may(verb, client);
  };
  const auto denied = [&](const std::string& client) -> std::string {
    for (const auto verb : endpoint.verbs) {
      if (may(verb, client)) continue;
      const auto of = client.empty() ? "" : " the client \"" + client + "\"";
      return "these credentials are not for the verb " + std::string(word_of(verb)) + (of.empty() ? "" : " with") + of;
    }
    return {};
  };
  // Before what the request says is looked at: it is no business of those who may not ask.
  if (auto why = denied({}); !why.empty()) {
    doors.access.count_denied();
    return foregone(refusals.forbidden(why));
  }
  auto arguments = HttpArguments::read(endpoint, id, head.query());
  if (!arguments) return foregone(refusals.wrong(arguments.error().message));
  if (auto told = protocols::client_as_told(doors.herd, arguments->client())) arguments->set_client(*std::move(told));
  if (auto why = denied(arguments->client()); !why.empty()) {
    doors.access.count_denied();
    return foregone(refusals.forbidden(why));
  }
  if (!endpoint.bodies.empty()) {
    if (auto refusal = http::refuse_encoded_body(head)) return foregone(*std::move(refusal));
  }
  return endpoint.begin(
      {doors, endpoint, *std::move(arguments), std::move(grant), std::move(address), wants_geojson(endpoint, head)},
      head);
}

}  // namespace herd::api
