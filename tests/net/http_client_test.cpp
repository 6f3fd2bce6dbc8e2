#include "herd/net/http_client.h"

#include <future>
#include <gtest/gtest.h>

#include "net/loopback_listener.h"

namespace herd::net {
namespace {

TEST(HttpClient, asks_all_at_once_and_keeps_the_order) {
  LoopbackListener first;
  LoopbackListener second_one;
  // The first is answered only after the second: asked one after the other, they would wait for ever.
  auto servers = std::async(std::launch::async, [&] {
    auto slow = first.accept();
    auto quick = second_one.accept();
    auto heard = quick.read_until("\r\n\r\n");
    quick.write("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno");
    slow.read_until("\r\n\r\n");
    slow.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}");
    return heard;
  });
  const auto answers = http_get_all(
      {{"127.0.0.1", first.port(), "/v1/status"}, {"127.0.0.1", second_one.port(), "/v1/status"}}, 10 * second);
  EXPECT_EQ(servers.get(), "GET /v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0].value().status, 200);
  EXPECT_EQ(answers[0].value().body, "{}");
  EXPECT_EQ(answers[1].value().status, 404);
  EXPECT_EQ(answers[1].value().body, "no");
}

TEST(HttpClient, says_why_there_is_no_answer) {
  LoopbackListener silent;
  LoopbackListener other;
  auto gibberish = std::async(std::launch::async, [&] {
    auto conversation = other.accept();
    conversation.read_until("\r\n\r\n");
    conversation.write("? GET /\n");
  });
  const auto answers = http_get_all(
      {{"127.0.0.1", refused_port(), "/"}, {"127.0.0.1", silent.port(), "/"}, {"127.0.0.1", other.port(), "/"}},
      100 * millisecond);
  ASSERT_EQ(answers.size(), 3U);
  EXPECT_EQ(answers[0].error().message, "Connection refused");
  EXPECT_EQ(answers[1].error().message, "no answer within 100 ms");
  EXPECT_EQ(answers[2].error().message, "bad version");
  gibberish.get();
}

}  // namespace
}  // namespace herd::net
