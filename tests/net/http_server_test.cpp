#include "herd/net/http_server.h"

#include <gtest/gtest.h>
#include <string>
#include <thread>
#include <vector>

#include "net/http_server_of_test.h"

namespace herd::net {
namespace {

TEST(HttpServer, answers_a_request_with_date_and_length_and_keeps_the_connection) {
  const HttpServerOfTest server;
  auto client = server.connect();
  client.say(get("/a?b"));
  const auto reply = client.read_to("GET /a?b ");
  EXPECT_EQ(without_date(reply), answer_to("GET", "/a?b"));
  // RFC 9110 section 5.6.7
  EXPECT_TRUE(std::ranges::equal(reply.substr(17, 37), std::string("Date: ddd, 00 Xxx 0000 00:00:00 GMT\r\n"),
                                 [](char is, char form) {
                                   return form == '0'                                 ? is >= '0' && is <= '9'
                                          : form == 'd' || form == 'X' || form == 'x' ? is != ' '
                                                                                      : is == form;
                                 }))
      << reply;
  client.say("PUT /c HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_EQ(without_date(client.read_to("PUT /c hi")), answer_to("PUT", "/c", "hi"));
  EXPECT_EQ(server.counters().requests.sum(), 2U);
}

TEST(HttpServer, answers_a_request_that_comes_byte_by_byte) {
  const HttpServerOfTest server;
  auto client = server.connect();
  for (const char c : std::string("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                                  "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")) {
    client.say({&c, 1});
  }
  EXPECT_EQ(without_date(client.read_to("abcde")), answer_to("POST", "/a", "abcde"));
}

TEST(HttpServer, answers_a_thousand_requests_of_one_write_in_their_order) {
  const HttpServerOfTest server;
  auto client = server.connect();
  std::string requests;
  std::string answers;
  for (int i = 0; i < 1000; ++i) {
    const auto target = "/" + std::to_string(i);
    requests += get(target);
    answers += answer_to("GET", target);
  }
  client.say(requests);
  EXPECT_EQ(without_date(client.read_to("GET /999 ")), answers);
}

TEST(HttpServer, leaves_the_body_out_that_HEAD_does_not_want) {
  const HttpServerOfTest server;
  auto client = server.connect();
  client.say("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n" + get("/b"));
  // The service sees a GET.
  EXPECT_EQ(without_date(client.read_to("GET /b ")),
            "HTTP/1.1 200 OK\r\nServer: proxyherd\r\nContent-Type: text/plain\r\nContent-Length: 7\r\n\r\n" +
                answer_to("GET", "/b"));
}

TEST(HttpServer, sends_neither_body_nor_length_with_204) {
  const HttpServerOfTest server;
  auto client = server.connect();
  client.say(get("/none") + get("/b"));
  EXPECT_EQ(without_date(client.read_to("GET /b ")),
            "HTTP/1.1 204 No Content\r\nServer: proxyherd\r\n\r\n" + answer_to("GET", "/b"));
}

TEST(HttpServer, lets_no_field_of_an_answer_forge_another) {
  const HttpServerOfTest server;
  auto client = server.connect();
  client.say(get("/forged"));
  EXPECT_EQ(without_date(client.read_to("{}")),
            "HTTP/1.1 200 OK\r\nServer: proxyherd\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
            "A: b  C: d\r\n\r\n{}");
}

TEST(HttpServer, closes_when_it_is_asked_to_and_for_HTTP_1_0) {
  const HttpServerOfTest server;
  auto client = server.connect();
  client.say("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(without_date(client.read_to_end()), answer_to("GET", "/a", "", "Connection: close\r\n"));
  auto old = server.connect();
  old.say("GET /a HTTP/1.0\r\n\r\n");
  EXPECT_EQ(without_date(old.read_to_end()), answer_to("GET", "/a", "", "Connection: close\r\n"));
  auto old_too = server.connect();
  old_too.say("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(without_date(old_too.read_to("GET /a ")), answer_to("GET", "/a", "", "Connection: keep-alive\r\n"));
  old_too.say("GET /b HTTP/1.0\r\n\r\n");
  EXPECT_EQ(without_date(old_too.read_to_end()), answer_to("GET", "/b", "", "Connection: close\r\n"));
}

TEST(HttpServer, answers_a_client_that_has_half_closed) {
  HttpServerOfTest server;
  auto client = server.connect();
  client.say(get("/a") + get("/later"));
  client.half_close();
  server.service.next().answer("late");
  EXPECT_EQ(without_date(client.read_to_end()),
            answer_to("GET", "/a") +
                "HTTP/1.1 200 OK\r\nServer: proxyherd\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nlate");
}

TEST(HttpServer, says_100_continue_to_who_waits_for_it_and_only_then) {
  const HttpServerOfTest server;
  auto client = server.connect();
  const std::string head = "PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
  client.say(head);
  EXPECT_EQ(client.read_to("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.say("hi");
  EXPECT_EQ(without_date(client.read_to("PUT /a hi")), answer_to("PUT", "/a", "hi"));
  client.say(head + "ho");
  EXPECT_EQ(without_date(client.read_to("PUT /a ho")), answer_to("PUT", "/a", "ho"));
}

TEST(HttpServer, refuses_instead_of_saying_100_continue) {
  const HttpServerOfTest server;
  auto client = server.connect();
  client.say("PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 100001\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(
      without_date(client.read_to_end()),
      "HTTP/1.1 413 Content Too Large\r\n" +
          refusal("413", "Content Too Large", "the body has 100001 bytes, and no more than 100000 are taken here"));
}

std::string late(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nServer: proxyherd\r\nContent-Type: text/plain\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST(HttpServer, gives_answers_that_are_made_later_to_whom_they_belong_in_whatever_order_they_come) {
  HttpServerOfTest server;
  std::vector<LineConnection> clients;
  std::vector<HttpServiceOfTest::Held> held;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(server.connect());
    clients.back().say(get("/later/" + std::to_string(i)) + get("/behind"));
    held.push_back(server.service.next());
  }
  for (std::size_t i = clients.size(); i-- > 0;) {
    std::thread([&] { held[i].answer("late " + std::to_string(i)); }).join();
    EXPECT_EQ(without_date(clients[i].read_to("GET /behind ")),
              late("late " + std::to_string(i)) + answer_to("GET", "/behind"));
  }
}

TEST(HttpServer, looks_at_no_request_behind_one_that_is_being_answered) {
  HttpServerOfTest server;
  auto client = server.connect();
  client.say(get("/a") + get("/later/1") + get("/later/2"));
  EXPECT_EQ(without_date(client.read_to("GET /a ")), answer_to("GET", "/a"));
  const auto first = server.service.next();
  EXPECT_EQ(first.target, "/later/1");
  client.say(get("/later/3"));
  first.answer("1");
  EXPECT_EQ(without_date(client.read_to("1\r\n\r\n1")), late("1"));
  EXPECT_EQ(server.service.next().target, "/later/2");
}

TEST(HttpServer, bears_it_that_a_connection_is_gone_when_its_answer_comes) {
  HttpServerOfTest server;
  {
    auto client = server.connect();
    client.say(get("/later"));
    client.reset();
  }
  server.service.next().answer("late");
  eventually([&] { return server.connections() == 0; });
}

TEST(HttpServer, answers_500_if_the_answer_is_dropped_and_takes_the_first_of_two) {
  HttpServerOfTest server;
  auto client = server.connect();
  client.say(get("/later") + get("/later"));
  {
    const auto dropped = server.service.next();
  }
  EXPECT_TRUE(client.read_to("}\n").starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
  const auto twice = server.service.next();
  twice.answer("1");
  twice.answer("2");
  EXPECT_EQ(without_date(client.read_to("\r\n\r\n1")), late("1"));
  client.say(get("/a"));
  EXPECT_EQ(without_date(client.read_to("GET /a ")), answer_to("GET", "/a"));
}

TEST(HttpServer, stops_though_answers_have_not_come_yet_and_bears_it_that_they_come_late) {
  HttpServerOfTest server;
  auto client = server.connect();
  client.say(get("/later"));
  const auto held = server.service.next();
  server.stop();
  EXPECT_EQ(client.read_to_end(), "");
  held.answer("late");
}

TEST(HttpServer, stops_while_answers_come) {
  for (int round = 0; round < 30; ++round) {
    HttpServerOfTest server;
    std::vector<LineConnection> clients;
    std::vector<HttpServiceOfTest::Held> held;
    for (int i = 0; i < 8; ++i) {
      clients.push_back(server.connect());
      clients.back().say(get("/later"));
      held.push_back(server.service.next());
    }
    std::thread answering([&] {
      for (const auto& each : held) each.answer("late");
    });
    server.stop();
    answering.join();
  }
}

TEST(HttpServer, does_not_read_on_while_its_answers_are_not_read) {
  const HttpServerOfTest server;
  auto client = server.connect();
  const auto request = "GET /large HTTP/1.1\r\nHost: x\r\nA: " + std::string(8000, 'a') + "\r\n\r\n";
  std::size_t said = 0;
  const std::size_t many = 20'000;  // answers of 1 GB
  while (said < many && client.try_to_say(request)) ++said;
  EXPECT_LT(said, many) << "so the system's buffers are full";
  const auto read_answer = [&] {
    EXPECT_EQ(without_date(client.read_to("\r\n\r\n")),
              "HTTP/1.1 200 OK\r\nServer: proxyherd\r\nContent-Type: text/plain\r\nContent-Length: 50000\r\n\r\n");
    EXPECT_EQ(client.read_to("<").size(), 50'000U);
  };
  for (std::size_t i = 0; i < said; ++i) read_answer();
  client.finish_saying(request);
  read_answer();
}

TEST(HttpServer, logs_requests_and_the_status_of_answers) {
  HttpServerOfTest server;
  LoggedTraffic log;
  EventLoops loops(1);
  HttpServer logged(loops, {.addresses = {{"127.0.0.1", 0}}, .connections_max = 1}, server.service, log, [] {});
  std::thread running([&] { loops.run(); });
  {
    LineConnection client(logged.port().addresses().front());
    client.say("PUT /a?key=secret HTTP/1.1\r\nHost: x\r\n\r\nnonsense\r\n\r\n");
    client.half_close();
    client.read_to_end();
  }
  loops.main().soon([&] { logged.port().close(); });
  running.join();
  ASSERT_EQ(log.lines.size(), 3U);
  EXPECT_TRUE(log.lines[0].ends_with(" PUT /a")) << log.lines[0];
  EXPECT_TRUE(log.lines[1].ends_with(" 200")) << log.lines[1];
  EXPECT_TRUE(log.lines[2].ends_with(" 400")) << log.lines[2];
  EXPECT_TRUE(log.lines[0].starts_with("in 127.0.0.1:"));
  EXPECT_TRUE(log.lines[1].starts_with("out 127.0.0.1:"));
}

}  // namespace
}  // namespace herd::net
