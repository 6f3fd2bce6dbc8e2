#include "herd/live/websocket_frames.h"

#include <algorithm>
#include <cassert>

#include "herd/base/utf8.h"

namespace herd::live {
namespace {

constexpr unsigned last_bit = 0x80;
constexpr unsigned reserved_bits = 0x70;
constexpr unsigned opcode_bits = 0x0f;
constexpr unsigned masked_bit = 0x80;
constexpr unsigned size_bits = 0x7f;
constexpr unsigned two_byte_size = 126;
constexpr unsigned eight_byte_size = 127;
constexpr std::size_t mask_bytes = 4;

/// Those that may be sent: registered ones, libraries' and applications'.
bool is_close_code(unsigned code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

void append_header(std::string& out, unsigned opcode, std::size_t size) {
  out += static_cast<char>(last_bit | opcode);
  const auto append_size = [&](int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(size >> shift & 0xff);
  };
  if (size < two_byte_size) {
    append_size(1);
  } else if (size <= 0xffff) {
    out += static_cast<char>(two_byte_size);
    append_size(2);
  } else {
    out += static_cast<char>(eight_byte_size);
    append_size(8);
  }
}

}  // namespace

std::optional<WebsocketFrames::Event> WebsocketFrames::take(std::string_view& bytes) {
  if (is_message_given_) message_.clear();
  is_message_given_ = false;
  while (!bytes.empty()) {
    std::optional<Event> event;
    if (is_over_) {
      bytes = {};
    } else if (header_size_ < header_wanted_) {
      event = take_header(bytes.front());
      bytes.remove_prefix(1);
    } else {
      take_payload(bytes);
      if (payload_left_ == 0) event = finish_frame();
    }
    if (event) return event;
  }
  return std::nullopt;
}

std::optional<WebsocketFrames::Event> WebsocketFrames::take_header(char byte) {
  header_[header_size_++] = static_cast<unsigned char>(byte);
  if (header_size_ == 2) return begin_frame();
  if (header_size_ < header_wanted_) return std::nullopt;
  if ((header_[1] & size_bits) == two_byte_size) return begin_payload(std::size_t{header_[2]} << 8U | header_[3], 2);
  return begin_payload(header_[1] & size_bits, 0);
}

std::optional<WebsocketFrames::Event> WebsocketFrames::begin_frame() {
  const unsigned first = header_[0];
  const unsigned second = header_[1];
  opcode_ = static_cast<Opcode>(first & opcode_bits);
  is_last_ = (first & last_bit) != 0;
  const auto size = second & size_bits;
  if ((first & reserved_bits) != 0) return fail(WebsocketClose::protocol_error, "a reserved bit is set");
  if ((second & masked_bit) == 0) return fail(WebsocketClose::protocol_error, "a client's frames must be masked");
  switch (opcode_) {
    case Opcode::continuation:
      if (!is_in_message_) return fail(WebsocketClose::protocol_error, "a continuation of nothing");
      break;
    case Opcode::text:
      if (is_in_message_) return fail(WebsocketClose::protocol_error, "a message inside a message");
      break;
    case Opcode::binary:
      return fail(WebsocketClose::unacceptable, "messages here are texts");
    case Opcode::close:
    case Opcode::ping:
    case Opcode::pong:
      if (!is_last_) return fail(WebsocketClose::protocol_error, "a control frame is in parts");
      if (size > control_bytes_max) return fail(WebsocketClose::protocol_error, "a control frame has over 125 bytes");
      break;
    default:
      return fail(WebsocketClose::protocol_error, "an unknown opcode");
  }
  if (size == eight_byte_size) return fail(WebsocketClose::too_big, "a message has over 4096 bytes");
  header_wanted_ = 2 + (size == two_byte_size ? 2 : 0) + mask_bytes;
  return std::nullopt;
}

std::optional<WebsocketFrames::Event> WebsocketFrames::begin_payload(std::size_t size, std::size_t size_bytes) {
  if (size_bytes != 0 && size < two_byte_size) {
    return fail(WebsocketClose::protocol_error, "a length is longer than it needs to be");
  }
  if (!is_control() && message_.size() + size > message_bytes_max) {
    return fail(WebsocketClose::too_big, "a message has over 4096 bytes");
  }
  payload_left_ = size;
  mask_at_ = 0;
  if (is_control()) control_.clear();
  if (size == 0) return finish_frame();
  return std::nullopt;
}

void WebsocketFrames::take_payload(std::string_view& bytes) {
  const auto* const mask = header_.data() + header_wanted_ - mask_bytes;
  const auto count = std::min(payload_left_, bytes.size());
  for (const auto byte : bytes.substr(0, count)) {
    payload() += static_cast<char>(static_cast<unsigned char>(byte) ^ mask[mask_at_++ % mask_bytes]);
  }
  payload_left_ -= count;
  bytes.remove_prefix(count);
}

std::optional<WebsocketFrames::Event> WebsocketFrames::finish_frame() {
  header_size_ = 0;
  header_wanted_ = 2;
  switch (opcode_) {
    case Opcode::ping:
      return Event{Kind::ping, control_};
    case Opcode::pong:
      return Event{Kind::pong, control_};
    case Opcode::close:
      return closed();
    default:
      break;
  }
  is_in_message_ = !is_last_;
  if (is_in_message_) return std::nullopt;
  if (!is_utf8(message_)) return fail(WebsocketClose::no_utf8, "a text is not UTF-8");
  is_message_given_ = true;
  return Event{Kind::text, message_};
}

WebsocketFrames::Event WebsocketFrames::closed() {
  is_over_ = true;
  if (control_.empty()) return {Kind::close, {}, WebsocketClose::nothing_said};
  if (control_.size() == 1) return fail(WebsocketClose::protocol_error, "a close has half a code");
  const auto code = unsigned{static_cast<unsigned char>(control_[0])} << 8U | static_cast<unsigned char>(control_[1]);
  if (!is_close_code(code)) return fail(WebsocketClose::protocol_error, "a close has no code that may be sent");
  const auto reason = std::string_view(control_).substr(2);
  if (!is_utf8(reason)) return fail(WebsocketClose::no_utf8, "a reason is not UTF-8");
  return {Kind::close, reason, static_cast<WebsocketClose::Code>(code)};
}

WebsocketFrames::Event WebsocketFrames::fail(WebsocketClose::Code code, std::string_view reason) {
  is_over_ = true;
  return {Kind::failure, reason, code};
}

void append_websocket_text(std::string& out, std::string_view text) {
  append_header(out, 1, text.size());
  out += text;
}

void append_websocket_ping(std::string& out) {
  append_header(out, 9, 0);
}

void append_websocket_pong(std::string& out, std::string_view payload) {
  assert(payload.size() <= WebsocketFrames::control_bytes_max);
  append_header(out, 10, payload.size());
  out += payload;
}

void append_websocket_close(std::string& out, WebsocketClose::Code code, std::string_view reason) {
  if (code == WebsocketClose::nothing_said) {
    append_header(out, 8, 0);
    return;
  }
  assert(reason.size() + 2 <= WebsocketFrames::control_bytes_max);
  append_header(out, 8, reason.size() + 2);
  out += static_cast<char>(code >> 8U);
  out += static_cast<char>(code & 0xffU);
  out += reason;
}

}  // namespace herd::live
