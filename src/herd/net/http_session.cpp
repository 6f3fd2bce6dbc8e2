#include "herd/net/http_session.h"

#include <atomic>
#include <utility>
#include <variant>

#include "herd/base/text.h"
#include "herd/net/clock.h"

namespace herd::net {

using http::HttpAnswer;
using http::HttpLater;
using http::HttpLive;
using http::HttpResponse;
using http::problem;

namespace {

/// Sees to it that a response comes back once, whatever becomes of the function that is to bring it.
class Promise {
 public:
  explicit Promise(std::function<void(HttpResponse)> bring) : bring_(std::move(bring)) {}
  Promise(const Promise&) = delete;
  ~Promise() { keep(problem(500, "the server did not finish the answer")); }

  void keep(HttpResponse response) {
    if (!is_kept_.exchange(true)) bring_(std::move(response));
  }

 private:
  std::function<void(HttpResponse)> bring_;
  std::atomic<bool> is_kept_ = false;
};

}  // namespace

HttpSession::HttpSession(ClientStream stream, Services& services, std::string client_address)
    : ClientSession(std::move(stream)), services_(services), client_address_(std::move(client_address)) {}

HttpSession::~HttpSession() = default;

ClientSession::Patience HttpSession::patience_for_input() const {
  if (!request_) return Patience::idle;
  return request_->parser.has_head() ? Patience::body : Patience::head;
}

HttpSession::Next HttpSession::on_input(std::string_view bytes, Desk& desk) {
  return serve(bytes, desk);
}

HttpSession::Next HttpSession::go_on(Desk& desk) {
  return serve({}, desk);
}

/// Makes of what was kept, and of what is fresh, what can be made of it, and keeps the rest.
HttpSession::Next HttpSession::serve(std::string_view fresh, Desk& desk) {
  if (kept_.empty()) {
    const auto next = serve_requests(fresh, desk);
    kept_.assign(fresh);
    return next;
  }
  kept_.append(fresh);
  std::string_view input = kept_;
  const auto next = serve_requests(input, desk);
  if (input.empty()) {
    std::string().swap(kept_);
  } else {
    kept_.erase(0, kept_.size() - input.size());
  }
  return next;
}

HttpSession::Next HttpSession::serve_requests(std::string_view& input, Desk& desk) {
  auto next = Next::input;
  while (next == Next::input) {
    if (desk.replies.size() >= replies_bytes_max) return Next::write;
    if (!request_) {
      while (input.starts_with("\r\n")) input.remove_prefix(2);  // RFC 9112 section 2.2
      if (input.empty()) return input_has_ended() ? Next::close : Next::input;
      request_ = services_.spare ? std::move(services_.spare) : std::make_unique<Request>();
    }
    auto& parser = request_->parser;
    switch (parser.next(input)) {
      case HttpParser::Found::more:
        if (!input_has_ended()) return Next::input;
        return refuse({HttpParser::Reason::malformed, 400, "the input ended within the request"}, desk);
      case HttpParser::Found::head:
        next = begin(!input.empty(), desk);
        break;
      case HttpParser::Found::body:
        request_->body_bytes += parser.body().size();
        request_->exchange->on_body(parser.body(), wall_now());
        break;
      case HttpParser::Found::end:
        services_.counters.requests.add();
        next = answer(request_->exchange->finish(wall_now()), !input.empty(), desk);
        break;
      case HttpParser::Found::refusal:
        if (parser.refusal().reason == HttpParser::Reason::body_too_large && request_->exchange->is_settled()) {
          return forgo_body(desk);
        }
        return refuse(parser.refusal(), desk);
    }
  }
  return next;
}

/// There is a head, and perhaps input behind it.
HttpSession::Next HttpSession::begin(bool has_input, Desk& desk) {
  auto& parser = request_->parser;
  request_->is_head = parser.method() == "HEAD";
  const auto method = request_->is_head ? std::string_view("GET") : parser.method();
  request_->exchange = services_.service.begin(
      {method, parser.target(), parser.fields(), client_address_, request_->is_head}, wall_now());
  // Without its query, which may have secrets in it.
  const auto target = parser.target();
  if (request_->exchange->is_traffic() && services_.log.takes_line()) {
    services_.log.line(TrafficLog::Direction::in, client_address_,
                       std::string(parser.method()) + ' ' + std::string(target.substr(0, target.find('?'))));
  }
  const bool is_settled = request_->exchange->is_settled();
  const auto bytes_max = is_settled ? http::skipped_body_bytes_max : request_->exchange->body_bytes_max();
  const auto length = parser.content_length();
  const bool is_too_long = length && *length > bytes_max;
  const bool waits = parser.expects_continue() && parser.has_body() && !has_input;
  if (is_settled && (is_too_long || waits)) return forgo_body(desk);
  if (is_too_long) {
    return refuse({HttpParser::Reason::body_too_large, 413,
                   "the body has " + std::to_string(*length) + " bytes, and no more than " + std::to_string(bytes_max) +
                       " are taken here"},
                  desk);
  }
  parser.set_body_bytes_max(bytes_max);
  renew_patience();
  if (waits) desk.replies += "HTTP/1.1 100 Continue\r\n\r\n";
  return Next::input;
}

HttpSession::Next HttpSession::answer(HttpAnswer&& answer, bool has_input, Desk& desk) {
  if (const auto* response = std::get_if<HttpResponse>(&answer)) return respond(*response, has_input, desk);
  if (auto* live = std::get_if<HttpLive>(&answer)) return go_live(std::move(*live), desk);
  request_->later = std::get<HttpLater>(std::move(answer));
  return Next::answer;
}

void HttpSession::ask(Bring bring) {
  const auto promise = std::make_shared<Promise>([this, bring = std::move(bring)](HttpResponse response) {
    bring([this, response = std::move(response)](Desk& desk) {
      const auto next = respond(response, !kept_.empty(), desk);
      return next == Next::input ? serve({}, desk) : next;
    });
  });
  const auto later = std::exchange(request_->later, {});
  try {
    later.start([promise](HttpResponse response) { promise->keep(std::move(response)); });
  } catch (const std::exception&) {
    // Thrown on, it would end the session, which the promise is about to bring an answer to.
    promise->keep(problem(500, "the server could not begin the answer"));
  }
}

/// `has_input`: there is some behind the request.
HttpSession::Next HttpSession::respond(const HttpResponse& response, bool has_input, Desk& desk) {
  using After = HttpResponses::After;
  const auto& parser = request_->parser;
  // Nobody may send a request behind one that was answered with Connection: close, but some are on their way already.
  const bool is_last = desk.is_stopping && !has_input && !stream().has_unread();
  const bool keeps_alive = parser.keeps_alive() && !is_last;
  const auto alive = parser.is_1_0() ? After::keep_alive_in_1_0 : After::keep_alive;
  services_.responses.append(desk.replies, response, request_->is_head, keeps_alive ? alive : After::close, wall_now());
  log_out(response.status);
  end_request();
  return keeps_alive ? Next::input : Next::close;
}

HttpSession::Next HttpSession::go_live(HttpLive&& live, Desk& desk) {
  if (desk.is_stopping) return refuse(problem(503, "this server is stopping; ask another one"), desk);
  if (!services_.go_live) return refuse(problem(503, "this server has no live feeds"), desk);
  const bool is_head = request_->is_head;
  services_.responses.append_live_head(desk.replies, live, wall_now());
  log_out(live.framing == HttpLive::Framing::websocket ? 101 : 200);
  end_request();
  if (is_head) return Next::close;  // as the field Connection says of the feed
  services_.counters.live_feeds.add();
  live_ = std::make_unique<HttpLive>(std::move(live));
  return Next::leave;
}

void HttpSession::hand_over() {
  services_.go_live(give_stream(), std::move(*live_), std::move(kept_));
}

/// Answers before the body has come (RFC 9110 section 10.1.1). What is on its way already is taken when it has closed.
HttpSession::Next HttpSession::forgo_body(Desk& desk) {
  services_.counters.bodies_forgone.add();
  return refuse(std::get<HttpResponse>(request_->exchange->finish(wall_now())), desk);
}

/// Without knowing, or caring, what else comes.
HttpSession::Next HttpSession::refuse(const HttpResponse& response, Desk& desk) {
  const bool is_head = request_ && request_->is_head;
  services_.responses.append(desk.replies, response, is_head, HttpResponses::After::close, wall_now());
  log_out(response.status);
  if (request_) end_request();
  return Next::close;
}

HttpSession::Next HttpSession::refuse(const HttpParser::Refusal& refusal, Desk& desk) {
  auto& counters = services_.counters;
  switch (refusal.reason) {
    case HttpParser::Reason::malformed:
      counters.malformed.add();
      break;
    case HttpParser::Reason::head_too_large:
      counters.heads_too_large.add();
      break;
    case HttpParser::Reason::target_too_long:
      counters.targets_too_long.add();
      break;
    case HttpParser::Reason::too_many_fields:
      counters.too_many_fields.add();
      break;
    case HttpParser::Reason::body_too_large:
      counters.bodies_too_large.add();
      break;
  }
  return refuse(problem(refusal.status, refusal.detail), desk);
}

HttpSession::Next HttpSession::on_late_input(Desk& desk) {
  switch (patience_for_input()) {
    case Patience::head:
      services_.counters.heads_too_slow.add();
      return refuse(problem(408, "the request's head did not come in time"), desk);
    case Patience::body:
      if (std::exchange(request_->body_bytes, 0) >= services_.body_bytes_min) {
        renew_patience();
        return Next::input;
      }
      services_.counters.bodies_too_slow.add();
      return refuse(problem(408, "the request's body comes too slowly"), desk);
    default:
      return Next::close;
  }
}

HttpSession::Next HttpSession::on_stopping(Desk& /*desk*/) {
  return request_ ? Next::input : Next::abort;
}

HttpSession::Next HttpSession::on_misunderstanding(bool speaks_tls, Desk& desk) {
  services_.counters.misunderstandings.add();
  if (!speaks_tls) return refuse(problem(400, "this port speaks TLS: use https://"), desk);
  services_.warn("HTTP port: " + client_address_ +
                 " speaks TLS, and this port does not; see clients in [tls] of herd.toml");
  return Next::abort;
}

void HttpSession::on_tls_failure(std::string_view reason) {
  services_.counters.tls_failures.add();
  services_.warn("HTTP port: " + client_address_ + " refused: TLS: " + std::string(reason));
}

void HttpSession::on_stalled() {
  services_.counters.readers_too_slow.add();
}

void HttpSession::log_out(std::uint16_t status) {
  const bool is_traffic = !request_ || !request_->exchange || request_->exchange->is_traffic();
  if (!is_traffic || !services_.log.takes_line()) return;
  std::string text;
  append_number(text, std::uint64_t{status});
  services_.log.line(TrafficLog::Direction::out, client_address_, text);
}

/// The next one may be as slow as this one was.
void HttpSession::end_request() {
  request_->exchange.reset();
  request_->body_bytes = 0;
  request_->is_head = false;
  request_->parser.reset();
  services_.spare = std::move(request_);
  renew_patience();
}

}  // namespace herd::net
