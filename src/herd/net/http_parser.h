#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace herd::net {

/// One HTTP/1.1 request (RFC 9112), from bytes that come in whatever pieces. Beast's parser finds what is in the head
/// and in chunks; bounds, and what can be read in two ways (and so be used to smuggle requests past others), are
/// refused here.
class HttpParser {
 public:
  static constexpr std::size_t head_bytes_max = 8 * 1024;  ///< and of a chunk's line, and of trailers
  static constexpr std::size_t target_bytes_max = 4 * 1024;
  static constexpr std::size_t fields_max = 100;

  HttpParser();
  ~HttpParser();

  /// Forgets all: the next request begins.
  void reset();

  enum class Found : std::uint8_t {
    more,    ///< what is left of the input must come again, with more behind it
    head,    ///< what is said below of the head; then body_bytes_max() is to be called
    body,    ///< body()
    end,     ///< the request is complete: reset() comes next
    refusal  ///< refusal(), and nothing more
  };

  /// Takes the next thing off the front of `input`.
  Found next(std::string_view& input);

  // The head, as views into the input: valid as long as that is.
  std::string_view method() const { return method_; }
  std::string_view target() const { return target_; }  ///< in origin form, if it is http://host/path
  const std::vector<std::pair<std::string_view, std::string_view>>& fields() const { return fields_; }

  // Of the head, and valid until reset().
  bool has_head() const { return has_head_; }
  bool is_1_0() const { return is_1_0_; }
  bool keeps_alive() const { return keeps_alive_; }
  bool has_body() const { return has_body_; }
  bool expects_continue() const { return expects_continue_; }
  std::optional<std::uint64_t> content_length() const { return content_length_; }

  /// A longer body is refused.
  void set_body_bytes_max(std::size_t bytes);

  std::string_view body() const { return body_; }

  /// Why, for a response and for who counts.
  enum class Reason : std::uint8_t { malformed, head_too_large, target_too_long, too_many_fields, body_too_large };
  struct Refusal {
    Reason reason = Reason::malformed;
    std::uint16_t status = 400;
    std::string detail;
  };
  const Refusal& refusal() const { return refusal_; }

 private:
  class Beast;

  Found next_of_head(std::string_view& input);
  Found next_of_body(std::string_view& input);
  Found refuse_bare_newline();
  Found refuse(Reason reason, std::uint16_t status, std::string detail);

  std::unique_ptr<Beast> beast_;
  std::string_view method_;
  std::string_view target_;
  std::vector<std::pair<std::string_view, std::string_view>> fields_;
  std::string_view body_;
  Refusal refusal_;
  std::optional<std::uint64_t> content_length_;
  std::size_t scanned_ = 0;  // of an incomplete head, without finding its end
  bool has_head_ = false;
  bool is_1_0_ = false;
  bool keeps_alive_ = false;
  bool has_body_ = false;
  bool expects_continue_ = false;
};

}  // namespace herd::net
