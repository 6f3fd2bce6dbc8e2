#include "herd/http/http_exchange.h"

#include <algorithm>

#include "herd/base/json_text.h"
#include "herd/base/text.h"

namespace herd::http {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// RFC 9110 section 15, those that are used.
std::string_view title_of(std::uint16_t status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return "Internal Server Error";
  }
}

}  // namespace

std::string_view HttpHead::field(std::string_view name) const {
  const auto is_this = [name](const auto& field) { return std::ranges::equal(field.first, name, {}, lower, lower); };
  const auto found = std::ranges::find_if(fields, is_this);
  return found == fields.end() ? std::string_view() : found->second;
}

HttpResponse problem(std::uint16_t status, std::string_view detail) {
  HttpResponse response{status, "application/problem+json", R"({"type":"about:blank","title":)", {}};
  append_json_string(response.body, title_of(status));
  response.body += R"(,"status":)";
  append_number(response.body, std::uint64_t{status});
  response.body += R"(,"detail":)";
  append_json_string(response.body, detail);
  response.body += "}\n";
  return response;
}

}  // namespace herd::http
