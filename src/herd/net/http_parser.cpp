#include "herd/net/http_parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <functional>

#include "herd/base/text.h"

namespace herd::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace beast_http = beast::http;

namespace {

constexpr std::string_view head_end = "\r\n\r\n";
/// A chunk's line and what must follow it have no less; Beast asserts that it is given as much.
constexpr std::size_t chunk_bytes_min = 5;

std::string_view view_of(beast::string_view text) {
  return {text.data(), text.size()};
}

/// RFC 9112 section 3.2.2: a server must take the absolute form too.
std::string_view origin_form(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!beast::iequals(target.substr(0, scheme.size()), scheme)) continue;
    const auto path = target.find_first_of("/?", scheme.size());
    if (path == std::string_view::npos) return "/";
    return target.substr(path);
  }
  return target;
}

/// RFC 9110 section 5.5; a tab is none.
bool is_control(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}

/// A line that ends in LF alone, in the bytes from `begin` on.
bool has_bare_newline(std::string_view bytes, std::size_t begin) {
  for (auto at = bytes.find('\n', begin); at != std::string_view::npos; at = bytes.find('\n', at + 1)) {
    if (at == 0 || bytes[at - 1] != '\r') return true;
  }
  return false;
}

}  // namespace

class HttpParser::Beast : public beast_http::basic_parser<true> {
 public:
  explicit Beast(HttpParser& owner) : owner_(owner) {
    header_limit(head_bytes_max);
    body_limit(boost::none);
  }

  /// The whole head, so that views of its fields can be told from what Beast put together.
  void set_input(std::string_view head) { head_ = head; }

  /// For chunks: the length that a head says is known before.
  void set_body_left(std::uint64_t bytes) { body_left_ = bytes; }

  bool is_between_chunks() const { return chunk_left_ == 0; }
  const std::optional<Refusal>& refused() const { return refused_; }
  std::string_view take_body() { return std::exchange(body_, {}); }

 private:
  void on_request_impl(beast_http::verb /*method*/, beast::string_view method, beast::string_view target, int version,
                       beast::error_code& error) override {
    owner_.method_ = view_of(method);
    owner_.target_ = origin_form(view_of(target));
    owner_.is_1_0_ = version == 10;
    if (target.size() > target_bytes_max) {
      refuse({Reason::target_too_long, 414,
              "the target has " + std::to_string(target.size()) + " bytes, and no more than " +
                  std::to_string(target_bytes_max) + " are taken"},
             error);
    }
  }

  void on_field_impl(beast_http::field name, beast::string_view name_text, beast::string_view value,
                     beast::error_code& error) override {
    if (owner_.has_head_) return;  // a trailer
    if (owner_.fields_.size() == fields_max) {
      return refuse({Reason::too_many_fields, 431,
                     "the head has more than " + std::to_string(fields_max) + " fields; send fewer"},
                    error);
    }
    const std::less<> before;
    if (!value.empty() && (before(value.data(), head_.data()) || !before(value.data(), head_.data() + head_.size()))) {
      return malformed("a field goes on in the next line; write it in one", error);
    }
    owner_.fields_.emplace_back(view_of(name_text), view_of(value));
    if (name == beast_http::field::host) ++hosts_;
    if (name == beast_http::field::content_length) take_content_length(view_of(value), error);
    if (name == beast_http::field::transfer_encoding && !beast::iequals(value, "chunked")) {
      refuse({Reason::malformed, 501, "of transfer encodings only chunked is understood"}, error);
    }
    if (name == beast_http::field::expect) {
      owner_.expects_continue_ = beast::iequals(value, "100-continue");
      if (!owner_.expects_continue_)
        refuse({Reason::malformed, 417, "of expectations only 100-continue is met"}, error);
    }
  }

  void take_content_length(std::string_view value, beast::error_code& error) {
    if (owner_.content_length_) return malformed("there is more than one Content-Length; send one", error);
    owner_.content_length_ = parse_whole(value, ~std::uint64_t{0});
    if (!owner_.content_length_) malformed("Content-Length is no number of bytes", error);
  }

  void on_header_impl(beast::error_code& error) override {
    if (chunked() && owner_.is_1_0_) return malformed("HTTP/1.0 has no chunks; send Content-Length", error);
    if (hosts_ > 1 || (hosts_ == 0 && !owner_.is_1_0_)) {
      return malformed("HTTP/1.1 wants one Host field, and there are " + std::to_string(hosts_), error);
    }
    owner_.keeps_alive_ = keep_alive();
    owner_.has_body_ = !is_done();
    if (owner_.is_1_0_) owner_.expects_continue_ = false;
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& /*length*/, beast::error_code& /*error*/) override {}

  std::size_t on_body_impl(beast::string_view body, beast::error_code& /*error*/) override {
    body_ = view_of(body);
    return body.size();
  }

  /// Beast's own body_limit counts a chunk again each time that more of its line is awaited.
  void on_chunk_header_impl(std::uint64_t size, beast::string_view extensions, beast::error_code& error) override {
    if (std::ranges::any_of(extensions, is_control)) {
      return malformed("the line of a chunk has a control character", error);
    }
    if (size > body_left_) {
      return refuse({Reason::body_too_large, 413, "the body is longer than what is taken here; send it in parts"},
                    error);
    }
    body_left_ -= size;
    chunk_left_ = size;
  }

  std::size_t on_chunk_body_impl(std::uint64_t /*remain*/, beast::string_view body,
                                 beast::error_code& /*error*/) override {
    body_ = view_of(body);
    chunk_left_ -= body.size();
    return body.size();
  }

  void on_finish_impl(beast::error_code& /*error*/) override {}

  void on_response_impl(int /*code*/, beast::string_view /*reason*/, int /*version*/,
                        beast::error_code& /*error*/) override {}

  void malformed(std::string detail, beast::error_code& error) {
    refuse({Reason::malformed, 400, std::move(detail)}, error);
  }
  void refuse(Refusal refusal, beast::error_code& error) {
    refused_ = std::move(refusal);
    error = beast_http::error::bad_value;
  }

  HttpParser& owner_;
  std::string_view head_;
  std::string_view body_;
  std::optional<Refusal> refused_;
  std::uint64_t body_left_ = 0;
  std::uint64_t chunk_left_ = 0;
  unsigned hosts_ = 0;
};

HttpParser::HttpParser() = default;
HttpParser::~HttpParser() = default;

void HttpParser::reset() {
  beast_.reset();
  fields_.clear();
  content_length_.reset();
  scanned_ = 0;
  has_head_ = false;
  has_body_ = false;
  expects_continue_ = false;
}

HttpParser::Found HttpParser::next(std::string_view& input) {
  return has_head_ ? next_of_body(input) : next_of_head(input);
}

void HttpParser::set_body_bytes_max(std::size_t bytes) {
  beast_->set_body_left(bytes);
}

HttpParser::Found HttpParser::refuse(Reason reason, std::uint16_t status, std::string detail) {
  refusal_ = {reason, status, std::move(detail)};
  return Found::refusal;
}

HttpParser::Found HttpParser::refuse_bare_newline() {
  return refuse(Reason::malformed, 400, "a line of the head ends in LF alone; end lines with CR LF");
}

/// Beast is given whole heads only.
HttpParser::Found HttpParser::next_of_head(std::string_view& input) {
  while (scanned_ == 0 && input.starts_with("\r\n")) input.remove_prefix(2);  // RFC 9112 section 2.2
  if (input == "\r") return Found::more;
  const auto within = input.substr(0, head_bytes_max);
  const auto overlap = std::min(scanned_, head_end.size() - 1);
  const auto end = within.find(head_end, scanned_ - overlap);
  if (end == std::string_view::npos) {
    if (has_bare_newline(within, scanned_)) return refuse_bare_newline();
    scanned_ = within.size();
    if (input.size() < head_bytes_max) return Found::more;
    if (within.find('\n') == std::string_view::npos) {
      return refuse(Reason::target_too_long, 414,
                    "the request line has more than " + std::to_string(head_bytes_max) + " bytes");
    }
    return refuse(Reason::head_too_large, 431,
                  "the head has more than " + std::to_string(head_bytes_max) + " bytes; send fewer or shorter fields");
  }
  beast_ = std::make_unique<Beast>(*this);
  const auto head = input.substr(0, end + head_end.size());
  beast_->set_input(head);
  beast::error_code error;
  beast_->put(asio::const_buffer(head.data(), head.size()), error);
  if (beast_->refused()) {
    refusal_ = *beast_->refused();
    return Found::refusal;
  }
  if (error && has_bare_newline(head, 0)) return refuse_bare_newline();
  if (error == beast_http::error::bad_version) {
    return refuse(Reason::malformed, 505, "the request line does not end in HTTP/1.1 or HTTP/1.0");
  }
  if (error) return refuse(Reason::malformed, 400, "the head is no HTTP: " + error.message());
  input.remove_prefix(head.size());
  has_head_ = true;
  return Found::head;
}

HttpParser::Found HttpParser::next_of_body(std::string_view& input) {
  while (!beast_->is_done()) {
    const bool is_between_chunks = beast_->chunked() && beast_->is_between_chunks();
    if (input.size() < (is_between_chunks ? chunk_bytes_min : 1)) return Found::more;
    const auto within = is_between_chunks ? input.substr(0, head_bytes_max) : input;
    beast::error_code error;
    const auto count = beast_->put(asio::const_buffer(within.data(), within.size()), error);
    input.remove_prefix(count);
    if (error == beast_http::error::need_more) {
      if (within.size() < head_bytes_max || input.size() < head_bytes_max) return Found::more;
      return refuse(Reason::head_too_large, 431,
                    "a chunk's line, or the trailer, has more than " + std::to_string(head_bytes_max) + " bytes");
    }
    if (beast_->refused()) {
      refusal_ = *beast_->refused();
      return Found::refusal;
    }
    if (error) return refuse(Reason::malformed, 400, "the body is no HTTP: " + error.message());
    body_ = beast_->take_body();
    if (!body_.empty()) return Found::body;
  }
  return Found::end;
}

}  // namespace herd::net
