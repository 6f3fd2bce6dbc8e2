#include "herd/app/server_status.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <exception>

#include "herd/app/table.h"
#include "herd/app/terminal.h"
#include "herd/base/text.h"

namespace herd::app {

namespace {

namespace json = boost::json;

std::string fixed(double number, int fraction_digits) {
  std::array<char, 400> digits;
  const auto [end, error] =
      std::to_chars(digits.data(), digits.data() + digits.size(), number, std::chars_format::fixed, fraction_digits);
  return {digits.data(), end};
}

/// Whole units, the largest that leaves at least one: "59 s", "3 min", "47 h", "2 d".
std::string span_text(double seconds) {
  struct Unit {
    double seconds_below;
    double seconds;
    const char* name;
  };
  constexpr std::array<Unit, 3> units{{{60, 1, " s"}, {3600, 60, " min"}, {48 * 3600, 3600, " h"}}};
  for (const auto& unit : units) {
    if (seconds < unit.seconds_below) return fixed(std::floor(seconds / unit.seconds), 0) + unit.name;
  }
  return fixed(std::floor(seconds / 86400), 0) + " d";
}

std::string lag_text(double lag_ms) {
  return lag_ms < 1000 ? fixed(lag_ms, 1) + " ms" : fixed(lag_ms / 1000, 1) + " s";
}

std::string link_text(const LinkStatus& link) {
  const auto text = link.peer + " " + link.state;
  if (link.state != "up") return text + " " + span_text(link.since_s);
  if (link.catching_up) return text + ", catching up";
  return link.lag_ms ? text + " " + lag_text(*link.lag_ms) : text;
}

LinkStatus parse_link(const json::value& value) {
  LinkStatus link;
  link.peer = json::value_to<std::string>(value.at("peer"));
  link.state = json::value_to<std::string>(value.at("state"));
  link.since_s = value.at("since_s").to_number<double>();
  if (const auto& lag = value.at("lag_ms"); !lag.is_null()) link.lag_ms = lag.to_number<double>();
  // A server that is not upgraded yet does not say.
  if (const auto* catching_up = value.as_object().if_contains("catching_up")) link.catching_up = catching_up->as_bool();
  return link;
}

}  // namespace

Result<ServerStatus> parse_status(std::string_view text, std::string_view server) {
  try {
    const auto value = json::parse({text.data(), text.size()});
    if (const auto name = json::value_to<std::string>(value.at("server")); name != server) {
      return Error{"another server answers there: " + name};
    }
    ServerStatus status;
    status.json = trim(text);
    status.uptime_s = value.at("uptime_s").to_number<double>();
    status.clients = value.at("clients").to_number<std::uint64_t>();
    status.reports_per_s = value.at("reports_per_s").to_number<double>();
    status.connections = value.at("connections").to_number<std::uint64_t>();
    for (const auto& link : value.at("links").as_array()) status.links.push_back(parse_link(link));
    return status;
  } catch (const std::exception&) {
    return Error{"what answers there is no proxyherd server of this version"};
  }
}

StatusAnswer read_answer(const std::string& server, const std::string& address, const net::HttpResult& answer,
                         bool has_token) {
  const auto refusal = [&](const std::string& why) { return StatusAnswer{server, Error{address + ": " + why}, true}; };
  if (!answer) return {server, Error{address + ": " + answer.error().message}, answer.error().is_there};
  switch (answer->status) {
    case 200:
      return {server, parse_status(answer->body, server)};
    case 400:
      if (answer->body.find("speaks TLS") == std::string::npos) break;
      return refusal("speaks TLS, of which herd.toml knows nothing; clients in its [tls] says where TLS is spoken");
    case 401:
      if (!has_token) return refusal("needs a token that may \"status\": PROXYHERD_TOKEN=ph_... proxyherd status");
      return refusal("does not know the token in PROXYHERD_TOKEN");
    case 403:
      return refusal("the token in PROXYHERD_TOKEN may not \"status\"; proxyherd token list shows which may");
    default:
      break;
  }
  return {server, Error{address + ": HTTP status " + std::to_string(answer->status)}};
}

std::string token_of_environment() {
  const char* variable = std::getenv("PROXYHERD_TOKEN");
  return std::string(trim(variable == nullptr ? "" : variable));
}

std::string status_table(const std::vector<StatusAnswer>& answers, bool coloured) {
  Table table({{"SERVER"},
               {"STATE"},
               {"CLIENTS", Align::right},
               {"REPORTS/S", Align::right},
               {"CONNECTIONS", Align::right},
               {"LINKS"}});
  for (const auto& [server, status, has_answered] : answers) {
    if (!status) {
      const auto state = has_answered ? Cell{"answers", style::yellow} : Cell{"down", style::red};
      table.add_row({{server}, state, {"-"}, {"-"}, {"-"}, {status.error().message}});
      continue;
    }
    std::string links;
    for (const auto& link : status->links) links += (links.empty() ? "" : ", ") + link_text(link);
    const bool all_up = std::ranges::all_of(status->links, [](const LinkStatus& link) { return link.state == "up"; });
    table.add_row({{server},
                   {"up " + span_text(status->uptime_s), style::green},
                   {std::to_string(status->clients)},
                   {fixed(status->reports_per_s, 1)},
                   {std::to_string(status->connections)},
                   {links.empty() ? "-" : links, all_up ? style::none : style::yellow}});
  }
  return table.text(coloured);
}

std::string status_json(const std::vector<StatusAnswer>& answers) {
  std::string out = "[";
  for (const auto& [server, status, has_answered] : answers) {
    if (out.size() > 1) out += ',';
    out += R"({"server":)" + json::serialize(json::string(server));
    if (status) {
      out += R"(,"ok":true,"status":)" + status->json + '}';
    } else {
      out += R"(,"ok":false,"error":)" + json::serialize(json::string(status.error().message)) + '}';
    }
  }
  return out + "]\n";
}

}  // namespace herd::app
