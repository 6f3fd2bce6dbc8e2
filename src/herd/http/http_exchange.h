#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "herd/base/time.h"
#include "herd/protocols/live_subscription.h"

/// HTTP as far as the herd's protocols know it: no sockets, no framing, no parser.
namespace herd::http {

/// The head of a request. The views are valid until HttpService::begin() returns.
struct HttpHead {
  std::string_view method;  ///< "GET"; HEAD comes as GET, its body is left out by whoever sends the answer
  std::string_view target;  ///< as it was sent: "/v1/clients?near=1,2"
  std::vector<std::pair<std::string_view, std::string_view>> fields;
  std::string_view client_address;  ///< "127.0.0.1:53412"
  bool is_head = false;             ///< the GET is a HEAD, which changes nothing (RFC 9110 section 9.2.1)

  std::string_view path() const { return target.substr(0, target.find('?')); }
  /// Without the question mark.
  std::string_view query() const {
    const auto mark = target.find('?');
    return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
  }
  /// The value of a field (RFC 9110 section 5), whatever the case of its name; empty if it is not there.
  std::string_view field(std::string_view name) const;
  /// The values of all fields of that name as one list with commas (RFC 9110 section 5.3).
  std::string list(std::string_view name) const;
};

struct HttpResponse {
  std::uint16_t status = 200;
  std::string content_type = "application/json";  ///< not sent if the body is empty
  std::string body;
  std::vector<std::pair<std::string, std::string>> fields = {};  ///< others than of content, connection and date
};

/// "Not Found" for 404 (RFC 9110 section 15); empty for a status that no response here has.
std::string_view reason_phrase(std::uint16_t status);

/// RFC 9457: `{"type":"about:blank","title":"Not Found","status":404,"detail":...}`. `detail` names what was wrong,
/// where, and the remedy.
HttpResponse problem(std::uint16_t status, std::string_view detail);

/// A problem 429 with a Retry-After of 1 s, in which every rate here lets something through again.
HttpResponse too_often(std::string_view detail);

/// The response is made later: `start` begins it and calls its argument once, on any thread, perhaps at once.
struct HttpLater {
  using Done = std::function<void(HttpResponse)>;
  std::function<void(Done)> start;
};

/// The connection becomes a live feed, as LiveFeed::open() makes it of the subscription; after HEAD, which never asks
/// for a WebSocket, no more than its head is sent.
struct HttpLive {
  enum class Framing : std::uint8_t { events, websocket };
  Framing framing = Framing::events;
  protocols::LiveSubscription subscription;
  std::string last_event_id = {};  ///< where an earlier feed ended; empty: from the beginning
  std::string websocket_key = {};  ///< Sec-WebSocket-Key of the request
  std::vector<std::pair<std::string, std::string>> fields = {};  ///< for the head of the response, beside its own
};

using HttpAnswer = std::variant<HttpResponse, HttpLater, HttpLive>;

/// What is read of the body of a request whose answer does not depend on it, so that the connection can go on.
inline constexpr std::size_t skipped_body_bytes_max = std::size_t{64} << 10U;

/// One request, from its head to its answer. Belongs to one thread.
class HttpExchange {
 public:
  virtual ~HttpExchange() = default;

  /// Whether the answer is there already, whatever the body: a refusal, most likely. finish() gives a HttpResponse
  /// then, also before the body has come. Who waits to be told that it may send a body is not; a longer body than
  /// skipped_body_bytes_max is not read to its end, and the connection closed.
  virtual bool is_settled() const { return false; }

  /// Of one that is not settled. A longer body is refused, with 413, before more than this was read.
  virtual std::size_t body_bytes_max() const = 0;

  /// The next part of the body, which came at `now`, POSIX ns.
  virtual void on_body(std::string_view bytes, Time now) = 0;

  /// The request is complete.
  virtual HttpAnswer finish(Time now) = 0;

  /// Whether it is what clients do, and is logged as traffic, and not what those ask who look after the server.
  virtual bool is_traffic() const { return true; }
};

/// What is at the paths of an HTTP port. Any thread may call.
class HttpService {
 public:
  virtual ~HttpService() = default;

  /// Never null: what is wrong with the head is told by finish().
  virtual std::unique_ptr<HttpExchange> begin(const HttpHead& head, Time now) = 0;
};

}  // namespace herd::http
