#include "herd/net/http_responses.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <openssl/sha.h>

#include "herd/base/base64.h"
#include "herd/base/text.h"

namespace herd::net {

namespace {

void append_status(std::string& out, std::uint16_t status) {
  out += "HTTP/1.1 ";
  append_number(out, std::uint64_t{status});
  out += ' ';
  out += http::reason_phrase(status);
}

/// Whatever is in the value, it ends neither the field nor the head.
void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  for (const char c : value) out += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
  out += "\r\n";
}

/// RFC 9110 section 15.3.5 and 15.4.5.
bool may_have_body(std::uint16_t status) {
  return status != 204 && status != 304;
}

}  // namespace

std::string_view HttpResponses::date(Time now) {
  const auto this_second = now / second;
  if (this_second != date_second_) {
    date_second_ = this_second;
    const std::time_t time = this_second;
    std::tm fields{};
    gmtime_r(&time, &fields);
    std::array<char, 64> text;
    date_.assign(text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &fields));
  }
  return date_;
}

void HttpResponses::append(std::string& out, const http::HttpResponse& response, bool is_for_head, After after,
                           Time now) {
  append_status(out, response.status);
  out.append("\r\nDate: ").append(date(now)).append("\r\nServer: proxyherd\r\n");
  if (may_have_body(response.status)) {
    if (!response.body.empty()) append_field(out, "Content-Type", response.content_type);
    out += "Content-Length: ";
    append_number(out, std::uint64_t{response.body.size()});
    out += "\r\n";
  }
  if (after == After::close) out += "Connection: close\r\n";
  if (after == After::keep_alive_in_1_0) out += "Connection: keep-alive\r\n";
  for (const auto& [name, value] : response.fields) append_field(out, name, value);
  out += "\r\n";
  if (may_have_body(response.status) && !is_for_head) out += response.body;
}

void HttpResponses::append_live_head(std::string& out, const http::HttpLive& live, Time now) {
  const bool is_websocket = live.framing == http::HttpLive::Framing::websocket;
  append_status(out, is_websocket ? 101 : 200);
  out.append("\r\nDate: ").append(date(now)).append("\r\nServer: proxyherd\r\n");
  for (const auto& [name, value] : live.fields) append_field(out, name, value);
  if (is_websocket) {
    out += "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ";
    out.append(websocket_accept(live.websocket_key)).append("\r\n\r\n");
  } else {
    out += "Content-Type: text/event-stream\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n";
  }
}

std::string websocket_accept(std::string_view key) {
  const auto text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return base64(digest);
}

}  // namespace herd::net
