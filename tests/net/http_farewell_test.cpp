#include <gtest/gtest.h>
#include <string>

#include "net/http_server_of_test.h"

namespace herd::net {
namespace {

TEST(HttpFarewell, is_drained_at_once_if_nothing_is_under_way_and_closes_who_is_idle) {
  HttpServerOfTest server;
  auto idle = server.connect();
  idle.say(get("/a"));
  EXPECT_EQ(without_date(idle.read_to("GET /a ")), answer_to("GET", "/a"));
  auto silent = server.connect();
  eventually([&] { return server.connections() == 2; });
  EXPECT_TRUE(server.drains());
  EXPECT_EQ(idle.read_to_end(), "");
  EXPECT_EQ(server.connections(), 1U) << "who has said nothing may still ask whether the server is ready";
  server.stop();
  EXPECT_EQ(silent.read_to_end(), "");
}

TEST(HttpFarewell, answers_a_request_whose_body_is_under_way_and_closes_behind_it) {
  HttpServerOfTest server;
  auto client = server.connect();
  client.say("POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  EXPECT_EQ(client.read_to("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_FALSE(server.drains());
  client.say("bo");
  EXPECT_FALSE(server.drains());
  client.say("dy");
  EXPECT_EQ(without_date(client.read_to_end()), answer_to("POST", "/a", "body", "Connection: close\r\n"));
  eventually([&] { return server.drains(); });  // though the client keeps its side open
  client.reset();
  eventually([&] { return server.connections() == 0; });
}

TEST(HttpFarewell, answers_all_that_was_sent_before_and_says_close_with_the_last) {
  HttpServerOfTest server;
  auto client = server.connect();
  client.say(get("/later") + get("/b"));
  const auto held = server.service.next();
  client.say(get("/c") + get("/d"));  // that nobody has read
  EXPECT_FALSE(server.drains());
  held.answer("late");
  EXPECT_EQ(without_date(client.read_to_end()),
            "HTTP/1.1 200 OK\r\nServer: proxyherd\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nlate" +
                answer_to("GET", "/b") + answer_to("GET", "/c") + answer_to("GET", "/d", "", "Connection: close\r\n"));
}

TEST(HttpFarewell, waits_for_a_head_that_has_begun) {
  HttpServerOfTest server;
  auto client = server.connect();
  client.say(get("/a") + "GET /b HTTP/1.1\r\nHo");
  EXPECT_EQ(without_date(client.read_to("GET /a ")), answer_to("GET", "/a"));
  EXPECT_FALSE(server.drains());
  client.say("st: x\r\n\r\n");
  EXPECT_EQ(without_date(client.read_to_end()), answer_to("GET", "/b", "", "Connection: close\r\n"));
}

TEST(HttpFarewell, answers_those_who_come_while_others_have_requests_under_way) {
  HttpServerOfTest server;
  auto client = server.connect();
  client.say(get("/later"));
  const auto held = server.service.next();
  EXPECT_FALSE(server.drains());
  auto probe = server.connect();
  probe.say(get("/readyz"));
  EXPECT_EQ(without_date(probe.read_to_end()), answer_to("GET", "/readyz", "", "Connection: close\r\n"));
  held.answer("late");
  EXPECT_TRUE(client.read_to_end().ends_with("Connection: close\r\n\r\nlate"));
}

TEST(HttpFarewell, who_does_not_read_is_waited_for_until_the_ports_close) {
  HttpServerOfTest server;
  auto client = server.connect();
  while (client.try_to_say(get("/large"))) continue;
  EXPECT_FALSE(server.drains());
  server.stop();
}

}  // namespace
}  // namespace herd::net
