#include "herd/live/websocket_frames.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace herd::live {
namespace {

using namespace std::string_literals;
using Kind = WebsocketFrames::Kind;

/// A client's frame, masked with 0x01020304.
std::string frame(unsigned first, std::string_view payload) {
  std::string out(1, static_cast<char>(first));
  if (payload.size() < 126) {
    out += static_cast<char>(0x80 | payload.size());
  } else {
    out += "\xfe"s + static_cast<char>(payload.size() >> 8U) + static_cast<char>(payload.size() & 0xff);
  }
  out += "\x01\x02\x03\x04";
  for (std::size_t i = 0; i < payload.size(); ++i) out += static_cast<char>(payload[i] ^ static_cast<char>(i % 4 + 1));
  return out;
}

/// What frames say, one word each.
std::vector<std::string> events(WebsocketFrames& frames, std::string_view bytes) {
  std::vector<std::string> said;
  while (const auto event = frames.take(bytes)) {
    const auto payload = std::string(event->payload);
    const auto code = std::to_string(event->code) += ' ' + payload;
    switch (event->kind) {
      case Kind::text:
        said.push_back("text " + payload);
        break;
      case Kind::ping:
        said.push_back("ping " + payload);
        break;
      case Kind::pong:
        said.push_back("pong " + payload);
        break;
      case Kind::close:
        said.push_back("close " + code);
        break;
      case Kind::failure:
        said.push_back("failure " + code);
        break;
    }
  }
  EXPECT_TRUE(bytes.empty());
  return said;
}
std::vector<std::string> events(std::string_view bytes) {
  WebsocketFrames frames;
  return events(frames, bytes);
}

using Said = std::vector<std::string>;

TEST(WebsocketFrames, a_masked_text_is_read) {
  // RFC 6455 section 5.7
  EXPECT_EQ(events("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), Said{"text Hello"});
  EXPECT_EQ(events(frame(0x81, "")), Said{"text "});
  EXPECT_EQ(events(frame(0x81, std::string(126, 'x'))), Said{"text " + std::string(126, 'x')});
  EXPECT_EQ(events(frame(0x81, std::string(4096, 'x'))), Said{"text " + std::string(4096, 'x')});
}

TEST(WebsocketFrames, parts_are_put_together_with_control_frames_between_them) {
  const auto bytes = frame(0x01, "one ") + frame(0x89, "ping") + frame(0x00, "two ") + frame(0x8a, "pong") +
                     frame(0x80, "three") + frame(0x81, "next") + frame(0x88, "\x03\xe9"s + "bye");
  const Said expected{"ping ping", "pong pong", "text one two three", "text next", "close 1001 bye"};
  EXPECT_EQ(events(bytes), expected);
  // However the bytes come.
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    WebsocketFrames frames;
    auto said = events(frames, std::string_view(bytes).substr(0, cut));
    for (auto& each : events(frames, std::string_view(bytes).substr(cut))) said.push_back(std::move(each));
    EXPECT_EQ(said, expected) << "cut at " << cut;
  }
  WebsocketFrames frames;
  Said said;
  for (const auto byte : bytes) {
    for (auto& each : events(frames, {&byte, 1})) said.push_back(std::move(each));
  }
  EXPECT_EQ(said, expected);
}

TEST(WebsocketFrames, whoever_breaks_the_rules_is_told_which) {
  EXPECT_EQ(events("\x81\x05Hello"), Said{"failure 1002 a client's frames must be masked"});
  EXPECT_EQ(events(frame(0xc1, "x")), Said{"failure 1002 a reserved bit is set"});
  EXPECT_EQ(events(frame(0x83, "x")), Said{"failure 1002 an unknown opcode"});
  EXPECT_EQ(events(frame(0x8b, "x")), Said{"failure 1002 an unknown opcode"});
  EXPECT_EQ(events(frame(0x82, "x")), Said{"failure 1003 messages here are texts"});
  EXPECT_EQ(events(frame(0x80, "x")), Said{"failure 1002 a continuation of nothing"});
  EXPECT_EQ(events(frame(0x01, "x") + frame(0x81, "y")), Said{"failure 1002 a message inside a message"});
  EXPECT_EQ(events(frame(0x09, "x")), Said{"failure 1002 a control frame is in parts"});
  EXPECT_EQ(events(frame(0x89, std::string(126, 'x'))), Said{"failure 1002 a control frame has over 125 bytes"});
  EXPECT_EQ(events("\x81\xfe\x00\x05\x01\x02\x03\x04"s), Said{"failure 1002 a length is longer than it needs to be"});
  EXPECT_EQ(events(frame(0x81, "\xff")), Said{"failure 1007 a text is not UTF-8"});
  EXPECT_EQ(events(frame(0x88, "x")), Said{"failure 1002 a close has half a code"});
  EXPECT_EQ(events(frame(0x88, "\x03\xed")), Said{"failure 1002 a close has no code that may be sent"});
  EXPECT_EQ(events(frame(0x88, "\x03\xe8\xff")), Said{"failure 1007 a reason is not UTF-8"});
}

TEST(WebsocketFrames, a_message_is_bounded_however_it_is_divided) {
  EXPECT_EQ(events(frame(0x81, std::string(4097, 'x'))), Said{"failure 1009 a message has over 4096 bytes"});
  EXPECT_EQ(events("\x81\xff\x00\x00\x00\x00\x40\x00\x00\x00"s), Said{"failure 1009 a message has over 4096 bytes"});
  EXPECT_EQ(events(frame(0x01, std::string(4000, 'x')) + frame(0x80, std::string(97, 'x'))),
            Said{"failure 1009 a message has over 4096 bytes"});
  EXPECT_EQ(events(frame(0x01, std::string(4000, 'x')) + frame(0x80, std::string(96, 'x'))),
            Said{"text " + std::string(4096, 'x')});
}

TEST(WebsocketFrames, nothing_is_heard_after_a_close) {
  EXPECT_EQ(events(frame(0x88, "") + frame(0x81, "x")), Said{"close 1005 "});
  EXPECT_EQ(events(frame(0x88, "\x0f\xa0") + frame(0x81, "x")), Said{"close 4000 "});
}

TEST(WebsocketFrames, a_server_writes_whole_frames_without_masks) {
  std::string out;
  append_websocket_text(out, "Hello");
  append_websocket_ping(out);
  append_websocket_pong(out, "x");
  append_websocket_close(out, WebsocketClose::protocol_error, "why");
  append_websocket_close(out, WebsocketClose::nothing_said);
  EXPECT_EQ(out, "\x81\x05Hello\x89\x00\x8a\x01x\x88\x05\x03\xeawhy\x88\x00"s);
  out.clear();
  append_websocket_text(out, std::string(126, 'x'));
  EXPECT_EQ(out, "\x81\x7e\x00\x7e"s + std::string(126, 'x'));
  out.clear();
  append_websocket_text(out, std::string(65'536, 'x'));
  EXPECT_EQ(out, "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s + std::string(65'536, 'x'));
}

}  // namespace
}  // namespace herd::live
