#pragma once

#include "herd/base/spread_count.h"

namespace herd::net {

/// What came to the HTTP ports, and what was refused at which bound. Any thread may read.
struct HttpCounters {
  SpreadCount requests;           ///< complete ones
  SpreadCount live_feeds;         ///< connections that became one
  SpreadCount malformed;          ///< heads and bodies that are no HTTP, or can be read in two ways
  SpreadCount heads_too_large;    ///< HttpParser::head_bytes_max
  SpreadCount targets_too_long;   ///< HttpParser::target_bytes_max
  SpreadCount too_many_fields;    ///< HttpParser::fields_max
  SpreadCount bodies_too_large;   ///< HttpExchange::body_bytes_max
  SpreadCount bodies_forgone;     ///< requests that were answered without their body, and their connections closed
  SpreadCount heads_too_slow;     ///< HttpServer::Limits::head
  SpreadCount bodies_too_slow;    ///< HttpServer::Limits::body
  SpreadCount readers_too_slow;   ///< HttpServer::Limits::stalled
  SpreadCount tls_failures;       ///< handshakes that came to nothing
  SpreadCount misunderstandings;  ///< TLS on a plain port, or plain HTTP on a port of TLS
};

}  // namespace herd::net
