#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "herd/http/http_exchange.h"

namespace herd::http {

/// Whether a browser may send this as an Origin: "https://example.org:8443", in lower case as browsers do, of one host
/// and without a path. "*" and "null", which any page can come by, are none.
bool is_origin(std::string_view text);

/// Which web pages may use a server by way of somebody's browser (https://fetch.spec.whatwg.org/#http-cors-protocol).
/// A server on a loopback address is within reach of every page that is open there.
class CrossOrigin {
 public:
  /// `origins` that may: "https://example.org"; "*" is any.
  explicit CrossOrigin(std::vector<std::string> origins) : origins_(std::move(origins)) {}

  enum class Kind {
    none,     ///< no page of another origin has to do with it
    allowed,  ///< the browser is to be told that the page may
    foreign   ///< the browser lets the page read nothing; what a request does, it would do
  };
  Kind kind_of(const HttpHead& head) const;

  /// Adds what tells a browser that the page at this origin may read the answer.
  static HttpAnswer allow(HttpAnswer answer, const std::string& origin);

  /// Adds what answers a browser that asks whether it may make a request (a preflight).
  static void answer_preflight(HttpResponse& response, std::string_view methods);

  /// An exchange whose answer is allow()ed.
  static std::unique_ptr<HttpExchange> allow(std::unique_ptr<HttpExchange> exchange, std::string origin);

 private:
  std::vector<std::string> origins_;
};

}  // namespace herd::http
