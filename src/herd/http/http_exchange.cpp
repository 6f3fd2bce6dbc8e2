#include "herd/http/http_exchange.h"

#include <algorithm>
#include <array>

#include "herd/base/json_text.h"
#include "herd/base/text.h"

namespace herd::http {
namespace {

/// RFC 9110 section 15, those that are used.
constexpr auto phrases = std::to_array<std::pair<std::uint16_t, std::string_view>>({
    {101, "Switching Protocols"},
    {200, "OK"},
    {202, "Accepted"},
    {204, "No Content"},
    {302, "Found"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {426, "Upgrade Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
});

}  // namespace

std::string_view HttpHead::field(std::string_view name) const {
  const auto is_this = [name](const auto& field) { return equal_ignoring_case(field.first, name); };
  const auto found = std::ranges::find_if(fields, is_this);
  return found == fields.end() ? std::string_view() : found->second;
}

std::string HttpHead::list(std::string_view name) const {
  std::string values;
  for (const auto& [field_name, value] : fields) {
    if (!equal_ignoring_case(field_name, name)) continue;
    if (!values.empty()) values += ", ";
    values += value;
  }
  return values;
}

std::string_view reason_phrase(std::uint16_t status) {
  const auto found = std::ranges::find(phrases, status, &std::pair<std::uint16_t, std::string_view>::first);
  return found == phrases.end() ? std::string_view() : found->second;
}

HttpResponse problem(std::uint16_t status, std::string_view detail) {
  HttpResponse response{status, "application/problem+json", R"({"type":"about:blank","title":)", {}};
  append_json_string(response.body, reason_phrase(status));
  response.body += R"(,"status":)";
  append_number(response.body, std::uint64_t{status});
  response.body += R"(,"detail":)";
  append_json_string(response.body, detail);
  response.body += "}\n";
  return response;
}

HttpResponse too_often(std::string_view detail) {
  auto response = problem(429, detail);
  response.fields.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace herd::http
