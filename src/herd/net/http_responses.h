#pragma once

#include <string>
#include <string_view>

#include "herd/base/time.h"
#include "herd/http/http_exchange.h"

namespace herd::net {

/// Writes HTTP/1.1 responses; keeps the text of the date, which changes once a second.
class HttpResponses {
 public:
  enum class After : std::uint8_t {
    keep_alive,         ///< as HTTP/1.1 has it unless it is said otherwise
    keep_alive_in_1_0,  ///< told, since HTTP/1.0 has it otherwise
    close
  };

  /// Appends the response as of `now`, POSIX ns; without its body if it answers HEAD.
  void append(std::string& out, const http::HttpResponse& response, bool is_for_head, After after, Time now);

  /// Appends the head of a live feed, which bytes follow to the end of the connection.
  void append_live_head(std::string& out, const http::HttpLive& live, Time now);

 private:
  std::string_view date(Time now);

  std::string date_;
  Time date_second_ = -1;
};

/// RFC 6455 section 4.2.2: what Sec-WebSocket-Accept is for a Sec-WebSocket-Key.
std::string websocket_accept(std::string_view key);

}  // namespace herd::net
