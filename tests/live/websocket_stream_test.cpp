#include "herd/live/websocket_stream.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "live_listener.h"

namespace herd::live {
namespace {

using namespace std::string_literals;

http::HttpLive websocket(const decltype(protocols::LiveSubscription::wanted)& wanted, std::string last_event_id = {}) {
  return {http::HttpLive::Framing::websocket, {wanted}, std::move(last_event_id)};
}

/// A client's frame with a mask of zeros.
std::string frame(unsigned first, std::string_view payload) {
  std::string out(1, static_cast<char>(first));
  if (payload.size() < 126) {
    out += static_cast<char>(0x80 | payload.size());
  } else {
    out += "\xfe"s + static_cast<char>(payload.size() >> 8U) + static_cast<char>(payload.size() & 0xff);
  }
  return (out += "\0\0\0\0"s) += payload;
}

/// A server's text frame.
std::string text(std::string_view payload) {
  std::string out;
  append_websocket_text(out, payload);
  return out;
}

TEST(WebsocketStream, tells_in_text_messages_with_the_id_to_go_on_from) {
  LiveScene scene;
  scene.herd.say("a", "+0.5+0.5", 100);
  auto listener = std::make_unique<LiveListener>(scene, websocket(around_zero));
  EXPECT_EQ(listener->sent, "");
  scene.tick();
  const auto at = listener->sent.rfind(R"(,"id":")");
  ASSERT_NE(at, std::string::npos);
  const auto id = listener->sent.substr(at + 7, listener->sent.size() - at - 9);
  auto expected = snapshot(told("a", "0.5", "0.5", 100));
  expected.resize(expected.size() - 2);
  EXPECT_EQ(listener->sent, text(expected + ",\"id\":\"" + id + "\"}"));
  listener.reset();

  scene.herd.say("a", "+0.6+0.5", 101);
  LiveListener again(scene, websocket(around_zero, id));
  scene.pass(LiveFeed::batch_every);
  EXPECT_EQ(again.sent.substr(4, 19), R"({"type":"changes","m)"s.substr(0, 19));
  EXPECT_EQ(scene.feed.counters().resumed, 1U);
}

TEST(WebsocketStream, whoever_follows_others_before_going_on_gets_their_snapshot) {
  LiveScene scene;
  scene.herd.say("a", "+0.5+0.5", 100);
  scene.herd.say("b", "+5+5", 100);
  LiveListener events(scene, around_zero);
  scene.tick();
  events.heard();
  LiveListener listener(scene, websocket(around_zero, events.last_event_id));
  std::string out;
  EXPECT_TRUE(listener.stream->on_input(frame(0x81, R"({"near":[5,5],"radius":10})"), out));
  scene.pass(LiveFeed::batch_every);
  EXPECT_NE(listener.sent.find(R"({"type":"snapshot","part":1,"clients":[)" + told("b", "5", "5", 100)),
            std::string::npos)
      << listener.sent;
  EXPECT_EQ(scene.feed.counters().resumed, 0U);
}

TEST(WebsocketStream, its_client_may_follow_others) {
  LiveScene scene;
  scene.herd.say("a", "+0.5+0.5", 100);
  scene.herd.say("b", "+5+5", 100);
  LiveListener listener(scene, websocket(around_zero));
  scene.pass(LiveFeed::batch_every);
  listener.sent.clear();
  std::string out;
  const auto request = frame(0x81, R"({"near":[5,5],"radius":10})");
  // However it comes.
  EXPECT_TRUE(listener.stream->on_input(std::string_view(request).substr(0, 9), out));
  EXPECT_TRUE(listener.stream->on_input(std::string_view(request).substr(9), out));
  EXPECT_EQ(out, "");
  scene.herd.say("a", "+0.6+0.5", 101);
  scene.pass(LiveFeed::batch_every);
  auto expected = snapshot(told("b", "5", "5", 100));
  expected.resize(expected.size() - 2);
  const auto payload_at = listener.sent.find('{');
  ASSERT_NE(payload_at, std::string::npos);
  EXPECT_EQ(listener.sent.substr(payload_at, expected.size()), expected);
  EXPECT_EQ(std::ranges::count(listener.sent, '\x81'), 1);
}

TEST(WebsocketStream, says_what_is_wrong_with_a_request_and_goes_on) {
  LiveScene scene;
  LiveListener listener(scene, websocket(around_zero));
  std::string out;
  EXPECT_TRUE(listener.stream->on_input(frame(0x81, "{}") + frame(0x81, "{}"), out));
  EXPECT_EQ(out, text(R"({"type":"error","detail":"say whom to follow, in one way: \"near\" or \"bbox\" or)"
                      R"( \"clients\""})"));
}

TEST(WebsocketStream, answers_the_last_of_many_pings) {
  LiveScene scene;
  LiveListener listener(scene, websocket(around_zero));
  std::string out;
  std::string pings;
  for (int i = 0; i < 10'000; ++i) pings += frame(0x89, std::to_string(i));
  EXPECT_TRUE(listener.stream->on_input(pings, out));
  EXPECT_EQ(out,
            "\x8a\x04"
            "9999");
}

TEST(WebsocketStream, answers_a_close_and_is_over) {
  LiveScene scene;
  LiveListener listener(scene, websocket(around_zero));
  std::string out;
  EXPECT_FALSE(listener.stream->on_input(frame(0x88, "\x03\xe9"s + "bye"), out));
  EXPECT_EQ(out, "\x88\x02\x03\xe9");
  out.clear();
  EXPECT_FALSE(listener.stream->on_room(scene.now, out));
  EXPECT_FALSE(listener.stream->on_input(frame(0x81, "{}"), out));
  EXPECT_EQ(out, "");
}

TEST(WebsocketStream, goes_away_with_the_server_unless_it_has_gone_already) {
  LiveScene scene;
  LiveListener listener(scene, websocket(around_zero));
  std::string out;
  listener.stream->on_stopping(out);
  EXPECT_EQ(out, "\x88\x19\x03\xe9this server is stopping");
  out.clear();
  listener.stream->on_stopping(out);
  EXPECT_FALSE(listener.stream->on_input(frame(0x81, "{}"), out));
  EXPECT_EQ(out, "");
}

TEST(WebsocketStream, closes_with_the_reason_on_whoever_breaks_the_rules) {
  LiveScene scene;
  LiveListener listener(scene, websocket(around_zero));
  std::string out;
  EXPECT_FALSE(listener.stream->on_input(frame(0x82, "x"), out));
  EXPECT_EQ(out, "\x88\x1c\x03\xebmessages here are texts"s.replace(1, 1, 1, static_cast<char>(2 + 23)));
}

TEST(WebsocketStream, pings_when_there_is_nothing_to_say) {
  LiveScene scene;
  LiveListener listener(scene, websocket(around_zero));
  scene.tick();
  listener.sent.clear();
  scene.pass(LiveFeed::beat_every + second);
  EXPECT_EQ(listener.sent, "\x89\0"s);
}

}  // namespace
}  // namespace herd::live
