#include "herd/net/line_client.h"

#include <array>
#include <future>
#include <gtest/gtest.h>
#include <string>

#include "net/loopback_listener.h"

namespace herd::net {
namespace {

/// Runs the server's side on another thread.
auto play(LoopbackListener& listener, std::function<std::string(Conversation&)> part) {
  return std::async(std::launch::async, [&listener, part = std::move(part)] {
    Conversation conversation = listener.accept();
    return part(conversation);
  });
}

TEST(LineClient, sends_all_half_closes_and_hands_over_the_replies) {
  LoopbackListener listener;
  auto server = play(listener, [](Conversation& conversation) {
    auto heard = conversation.read_to_end();
    conversation.write("reply\n");
    return heard;
  });
  std::string replies;
  auto client = LineClient::connect("127.0.0.1", listener.port(), second).value();
  EXPECT_TRUE(client.send("one\ntwo\n", [&](std::string_view bytes) { replies += bytes; }));
  EXPECT_EQ(server.get(), "one\ntwo\n");
  EXPECT_EQ(replies, "reply\n");
}

TEST(LineClient, sends_what_a_file_descriptor_holds_until_its_end) {
  LoopbackListener listener;
  auto server = play(listener, [](Conversation& conversation) { return conversation.read_to_end(); });
  std::array<int, 2> ends;
  ASSERT_EQ(pipe(ends.data()), 0);
  ASSERT_EQ(write(ends[1], "one\ntwo", 7), 7);
  close(ends[1]);
  auto client = LineClient::connect("127.0.0.1", listener.port(), second).value();
  std::string input;
  EXPECT_TRUE(client.send_from(ends[0], [&](std::string_view bytes) { input += bytes; }, [](std::string_view) {}));
  EXPECT_EQ(server.get(), "one\ntwo");
  EXPECT_EQ(input, "one\ntwo");
  close(ends[0]);
}

TEST(LineClient, hands_over_a_reply_while_more_input_may_come) {
  LoopbackListener listener;
  auto server = play(listener, [](Conversation& conversation) {
    auto heard = conversation.read_until("\n");
    conversation.write("reply\n");
    return heard + conversation.read_to_end();
  });
  std::array<int, 2> ends;
  ASSERT_EQ(pipe(ends.data()), 0);
  ASSERT_EQ(write(ends[1], "one\n", 4), 4);
  auto client = LineClient::connect("127.0.0.1", listener.port(), second).value();
  std::string told;
  const auto on_input = [&](std::string_view bytes) { told += bytes; };
  const auto on_replies = [&](std::string_view) {
    told += "(reply)";
    EXPECT_EQ(write(ends[1], "two\n", 4), 4);
    close(ends[1]);
  };
  EXPECT_TRUE(client.send_from(ends[0], on_input, on_replies));
  EXPECT_EQ(server.get(), "one\ntwo\n");
  EXPECT_EQ(told, "one\n(reply)two\n");
  close(ends[0]);
}

TEST(LineClient, more_than_fits_into_the_buffers_of_the_sockets_passes_both_ways) {
  LoopbackListener listener;
  std::string much;
  much.resize(20'000'000, 'x');
  auto server = play(listener, [](Conversation& conversation) {
    auto heard = conversation.read_to_end();
    conversation.write(heard);
    return heard;
  });
  std::string replies;
  auto client = LineClient::connect("127.0.0.1", listener.port(), second).value();
  EXPECT_TRUE(client.send(much, [&](std::string_view bytes) { replies += bytes; }));
  EXPECT_TRUE(server.get() == much);
  EXPECT_TRUE(replies == much);
}

TEST(LineClient, a_server_that_closes_too_early_is_an_error_after_its_last_words) {
  LoopbackListener listener;
  auto server = play(listener, [](Conversation& conversation) {
    conversation.write("? too long\n");
    return std::string();
  });
  std::array<int, 2> ends;
  ASSERT_EQ(pipe(ends.data()), 0);
  std::string replies;
  auto client = LineClient::connect("127.0.0.1", listener.port(), second).value();
  const auto sent =
      client.send_from(ends[0], [](std::string_view) {}, [&](std::string_view bytes) { replies += bytes; });
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().message, "the server closed before it had read everything");
  EXPECT_EQ(replies, "? too long\n");
  server.get();
  close(ends[0]);
  close(ends[1]);
}

TEST(LineClient, says_why_it_cannot_connect) {
  EXPECT_EQ(LineClient::connect("127.0.0.1", refused_port(), second).error().message, "Connection refused");
}

}  // namespace
}  // namespace herd::net
