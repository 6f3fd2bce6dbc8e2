#include "herd/api/api_page.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "herd/api/http_endpoints.h"

namespace herd::api {
namespace {

constexpr std::string_view beginning = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Proxyherd: the HTTP API</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 54rem; margin: 2rem auto; padding: 0 1rem; }
h2 { font-size: 1.1rem; margin: 2.5rem 0 0.3rem; }
code, pre { font: 0.9rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; border-left: 3px solid #888; padding: 0.2rem 0.8rem; margin: 0.5rem 0; }
table { border-collapse: collapse; margin: 0.5rem 0; }
th, td { text-align: left; vertical-align: top; padding: 0.15rem 1rem 0.15rem 0; }
th { font-weight: 600; }
</style>
</head>
<body>
<h1>Proxyherd: the HTTP API</h1>
<p>Where clients are, at every server of a herd. What is wrong with a request is told as
<code>application/problem+json</code> (RFC 9457). For programs the same is at
<a href="/openapi.json">/openapi.json</a>. Tracker apps may POST to any path that is not named
here and not below <code>/v1/</code>, and <code>GET /?id=...&amp;lat=...&amp;lon=...</code>.</p>
)";

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += c;
    }
  }
}

void append_element(std::string& out, std::string_view name, std::string_view text) {
  ((out += '<') += name) += '>';
  append_escaped(out, text);
  ((out += "</") += name) += '>';
}

std::string bounds_of(const Parameter& parameter) {
  if (parameter.type != Parameter::Type::whole && parameter.type != Parameter::Type::number) return {};
  const auto whole = [](double number) { return std::to_string(std::llround(number)); };
  auto text = " From " + whole(parameter.min) + " to " + whole(parameter.max);
  if (parameter.otherwise) text += "; " + whole(*parameter.otherwise) + " if it is not said";
  return text + ".";
}

/// "64 MiB"
std::string size_of_body(const Endpoint& endpoint) {
  constexpr std::size_t kib = 1024;
  const auto kibs = endpoint.body_bytes_max / kib;
  return kibs % kib == 0 ? std::to_string(kibs / kib) + " MiB" : std::to_string(kibs) + " KiB";
}

/// A command that asks for it, with the examples of the parameters it needs or the first it takes.
std::string command_of(const Endpoint& endpoint) {
  std::string path(endpoint.path);
  std::string query;
  for (const auto& parameter : endpoint.parameters) {
    if (parameter.in == Parameter::In::path) {
      path.replace(path.find("{id}"), 4, parameter.example);
    } else if (parameter.in == Parameter::In::query && query.find("near=") == std::string::npos &&
               query.find("radius=") == std::string::npos) {
      query += (query.empty() ? "?" : "&") + std::string(parameter.name) + "=" + std::string(parameter.example);
    }
  }
  const auto& answer = endpoint.answers.front();
  std::string command = "curl ";
  if (answer.status == 101) {
    command +=
        "-N --http1.1 -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' "
        "-H 'Sec-WebSocket-Key: cHJveHloZXJkLXByb3h5aA==' ";
  } else if (std::ranges::find(answer.content_types, "text/event-stream") != answer.content_types.end()) {
    command += "-N ";
  }
  if (endpoint.method != "GET") command += "-X " + std::string(endpoint.method) + " ";
  command += "'http://HOST:PORT" + path + query + "'";
  if (!endpoint.bodies.empty()) command += " -d '" + std::string(endpoint.bodies.front().example) + "'";
  return command;
}

void append_endpoint(std::string& out, const Endpoint& endpoint) {
  append_element(out, "h2", endpoint.summary);
  out += "<p>";
  append_element(out, "code", std::string(endpoint.method) + " " + std::string(endpoint.path));
  if (!endpoint.verbs.empty()) {
    out += " needs";
    for (const auto verb : endpoint.verbs) {
      out += ' ';
      append_element(out, "code", word_of(verb));
    }
  }
  out += "</p>\n";
  if (!endpoint.description.empty()) append_element(out, "p", endpoint.description);
  if (!endpoint.bodies.empty()) append_element(out, "p", "A body of at most " + size_of_body(endpoint) + ".");
  if (!endpoint.parameters.empty()) {
    out += "<table><tr><th>Parameter</th><th></th></tr>\n";
    for (const auto& parameter : endpoint.parameters) {
      out += "<tr><td>";
      append_element(out, "code", parameter.name);
      out += "</td>";
      append_element(out, "td", std::string(parameter.description) + bounds_of(parameter));
      out += "</tr>\n";
    }
    out += "</table>\n";
  }
  append_element(out, "pre", command_of(endpoint));
  out += '\n';
  for (const auto& answer : endpoint.answers) {
    out += "<p>";
    append_element(out, "code", std::to_string(answer.status));
    out += ' ';
    append_escaped(out, answer.description);
    for (const auto type : answer.content_types) {
      out += ' ';
      append_element(out, "code", type);
    }
    out += "</p>\n";
  }
}

}  // namespace

std::string api_page_html() {
  std::string page(beginning);
  for (const auto& endpoint : http_endpoints()) append_endpoint(page, endpoint);
  page += "</body>\n</html>\n";
  return page;
}

}  // namespace herd::api
