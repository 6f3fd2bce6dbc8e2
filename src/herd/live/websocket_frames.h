#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace herd::live {

/// Why a WebSocket is closed (RFC 6455 section 7.4.1).
struct WebsocketClose {
  using Code = std::uint16_t;
  static constexpr Code normal = 1000;
  static constexpr Code going_away = 1001;
  static constexpr Code protocol_error = 1002;
  static constexpr Code unacceptable = 1003;  ///< a message of bytes, where texts are spoken
  static constexpr Code nothing_said = 1005;  ///< never sent: the other side gave no code
  static constexpr Code no_utf8 = 1007;
  static constexpr Code policy_violation = 1008;
  static constexpr Code too_big = 1009;
};

/// A WebSocket's frames as a server reads them from a client (RFC 6455 section 5): bytes in, messages and control
/// frames out. Without extensions.
class WebsocketFrames {
 public:
  /// A longer message, of however many frames, is a failure.
  static constexpr std::size_t message_bytes_max = 4096;
  static constexpr std::size_t control_bytes_max = 125;

  enum class Kind : std::uint8_t {
    text,    ///< a whole message, which is UTF-8
    ping,    ///< to be answered with a pong of the same bytes
    pong,    ///< needs no answer
    close,   ///< to be answered with a close of the same code, then the connection ends
    failure  ///< the client breaks the rules: to be told with a close, then the connection ends
  };
  struct Event {
    Kind kind = Kind::text;
    std::string_view payload;                            ///< valid until the next call; of a failure: what was wrong
    WebsocketClose::Code code = WebsocketClose::normal;  ///< of a close, of a failure

    friend bool operator==(const Event&, const Event&) = default;
  };

  /// Takes bytes off the front until something is complete, or none are left. After a close or a failure it takes all
  /// and says nothing.
  std::optional<Event> take(std::string_view& bytes);

 private:
  enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

  bool is_control() const { return (static_cast<unsigned>(opcode_) & 8U) != 0; }
  std::string& payload() { return is_control() ? control_ : message_; }
  std::optional<Event> take_header(char byte);
  std::optional<Event> begin_frame();
  std::optional<Event> begin_payload(std::size_t size, std::size_t size_bytes);
  void take_payload(std::string_view& bytes);
  std::optional<Event> finish_frame();
  Event closed();
  Event fail(WebsocketClose::Code code, std::string_view reason);

  std::array<unsigned char, 8> header_{};  // two bytes, two of the length perhaps, four of the mask
  std::size_t header_size_ = 0;
  std::size_t header_wanted_ = 2;
  Opcode opcode_ = Opcode::text;  // of this frame
  bool is_last_ = true;           // of a message's frames
  std::size_t payload_left_ = 0;
  std::size_t mask_at_ = 0;

  bool is_in_message_ = false;  // more of its frames will come
  bool is_message_given_ = false;
  std::string message_;
  std::string control_;
  bool is_over_ = false;
};

/// Appends a server's frames: whole messages, not masked.
void append_websocket_text(std::string& out, std::string_view text);
void append_websocket_ping(std::string& out);
void append_websocket_pong(std::string& out, std::string_view payload);
/// `reason` in at most 123 bytes of UTF-8. With `nothing_said` the frame is empty.
void append_websocket_close(std::string& out, WebsocketClose::Code code, std::string_view reason = {});

}  // namespace herd::live
