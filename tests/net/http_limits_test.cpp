#include <chrono>
#include <gtest/gtest.h>
#include <optional>
#include <string>
#include <thread>
#include <unistd.h>

#include "herd/net/http_server.h"
#include "herd/net/http_session.h"
#include "herd/net/process_usage.h"
#include "net/herd_certificates.h"
#include "net/http_server_of_test.h"

namespace herd::net {
namespace {

/// A server whose limit of one kind is short, and the others none.
HttpServer::Options impatient(Duration ClientSessions::Limits::* kind) {
  HttpServer::Options options;
  options.limits = {.tick = 10 * millisecond, .greeting = 0, .head = 0, .body = 0, .idle = 0, .stalled = 0};
  options.limits.*kind = 100 * millisecond;
  return options;
}

TEST(HttpLimits, refuses_with_a_problem_and_closes_what_is_no_HTTP) {
  const HttpServerOfTest server;
  for (const std::string bytes :
       {"nonsense\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\n\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n"}) {
    auto client = server.connect();
    client.say(bytes + get("/smuggled"));
    const auto reply = client.read_to_end();
    EXPECT_TRUE(reply.starts_with("HTTP/1.1 400 Bad Request\r\n")) << reply;
    EXPECT_TRUE(reply.ends_with("\"}\n")) << reply;
    EXPECT_EQ(reply.find("\nHTTP/1.1"), std::string::npos) << "nothing behind it is answered: " << reply;
  }
  EXPECT_EQ(server.counters().malformed.sum(), 5U);
  EXPECT_EQ(server.counters().requests.sum(), 0U);
}

TEST(HttpLimits, refuses_a_request_that_ends_in_the_middle) {
  const HttpServerOfTest server;
  auto client = server.connect();
  client.say("GET / HTTP/1.1\r\nHost");
  client.half_close();
  EXPECT_EQ(without_date(client.read_to_end()),
            "HTTP/1.1 400 Bad Request\r\n" + refusal("400", "Bad Request", "the input ended within the request"));
}

/// Says `bytes` again and again, as long as the server takes them, and at most 1 GB; what it answered.
std::string answer_to_endless(const HttpServerOfTest& server, const std::string& head, const std::string& bytes) {
  auto client = server.connect();
  client.say(head);
  bool is_closed = false;
  for (std::size_t said = 0; said < 1'000'000'000 && !is_closed; said += bytes.size()) {
    try {
      client.say(bytes);
    } catch (const std::exception&) {
      is_closed = true;
    }
  }
  EXPECT_TRUE(is_closed) << "1 GB was taken";
  return client.read_to_end();
}

TEST(HttpLimits, refuses_a_million_fields_and_keeps_little_of_them) {
  const HttpServerOfTest server;
  const auto before = usage_of({::getpid()})->resident_bytes;
  answer_to_endless(server, "GET / HTTP/1.1\r\nHost: x\r\n", "a: b\r\nc: d\r\ne: f\r\ng: h\r\n");
  EXPECT_EQ(server.counters().heads_too_large.sum(), 1U);
  EXPECT_LT(usage_of({::getpid()})->resident_bytes, before + 32 * 1024 * 1024);
  auto client = server.connect();
  std::string fields;
  for (int i = 0; i < 200; ++i) fields += "a: b\r\n";
  client.say("GET / HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n");
  EXPECT_EQ(without_date(client.read_to_end()),
            "HTTP/1.1 431 Request Header Fields Too Large\r\n" +
                refusal("431", "Request Header Fields Too Large", "the head has more than 100 fields; send fewer"));
  EXPECT_EQ(server.counters().too_many_fields.sum(), 1U);
}

TEST(HttpLimits, refuses_a_target_that_is_too_long) {
  const HttpServerOfTest server;
  auto client = server.connect();
  client.say(get("/" + std::string(5000, 'a')));
  EXPECT_EQ(without_date(client.read_to_end()),
            "HTTP/1.1 414 URI Too Long\r\n" +
                refusal("414", "URI Too Long", "the target has 5001 bytes, and no more than 4096 are taken"));
  EXPECT_EQ(server.counters().targets_too_long.sum(), 1U);
}

TEST(HttpLimits, refuses_a_gigabyte_at_once_if_its_length_is_said) {
  const HttpServerOfTest server;
  auto client = server.connect();
  client.say("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n");
  EXPECT_EQ(
      without_date(client.read_to_end()),
      "HTTP/1.1 413 Content Too Large\r\n" +
          refusal("413", "Content Too Large", "the body has 1000000000 bytes, and no more than 100000 are taken here"));
  EXPECT_EQ(server.counters().bodies_too_large.sum(), 1U);
}

TEST(HttpLimits, refuses_a_gigabyte_in_chunks_without_keeping_it) {
  const HttpServerOfTest server;
  const auto before = usage_of({::getpid()})->resident_bytes;
  answer_to_endless(server, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
                    "C350\r\n" + std::string(50'000, 'x') + "\r\n");
  EXPECT_EQ(server.counters().bodies_too_large.sum(), 1U);
  EXPECT_LT(usage_of({::getpid()})->resident_bytes, before + 32 * 1024 * 1024);
}

const std::string forbidden = "HTTP/1.1 403 Forbidden\r\n" + refusal("403", "Forbidden", "you may not");

TEST(HttpLimits, asks_for_no_body_that_makes_no_difference) {
  const HttpServerOfTest server;
  auto client = server.connect();
  client.say("PUT /settled HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(without_date(client.read_to_end()), forbidden);
  EXPECT_EQ(server.counters().bodies_forgone.sum(), 1U);
}

TEST(HttpLimits, reads_a_short_body_that_makes_no_difference_and_goes_on) {
  const HttpServerOfTest server;
  auto client = server.connect();
  const auto said = [](const std::string& fields, const std::string& body) {
    return "PUT /settled HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n\r\n" + body;
  };
  client.say(said("Content-Length: 65536", std::string(65'536, 'x')) +
             said("Transfer-Encoding: chunked", "10000\r\n" + std::string(65'536, 'x') + "\r\n0\r\n\r\n") +
             said("Content-Length: 5\r\nExpect: 100-continue", "hello") + get("/a"));
  auto alive = forbidden;
  alive.erase(alive.find("Connection: close\r\n"), 19);
  EXPECT_EQ(without_date(client.read_to("GET /a ")), alive + alive + alive + answer_to("GET", "/a"));
  EXPECT_EQ(server.counters().bodies_forgone.sum(), 0U);
}

TEST(HttpLimits, answers_at_once_and_closes_if_a_body_that_makes_no_difference_is_long) {
  const HttpServerOfTest server;
  auto client = server.connect();
  client.say("PUT /settled HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n");
  EXPECT_EQ(without_date(client.read_to("may not\"}\n")), forbidden) << "of the body nothing was sent";
  // Who sends it all the same gets to read the answer.
  auto chatty = server.connect();
  chatty.say("PUT /settled HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n" + std::string(3'000'000, 'x'));
  EXPECT_EQ(without_date(chatty.read_to_end()), forbidden);
  auto chunks = server.connect();
  chunks.say("PUT /settled HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n10001\r\n" +
             std::string(65'537, 'x'));
  EXPECT_EQ(without_date(chunks.read_to_end()), forbidden);
  EXPECT_EQ(server.counters().bodies_forgone.sum(), 3U);
  EXPECT_EQ(server.counters().bodies_too_large.sum(), 0U);
}

TEST(HttpLimits, reads_no_gigabyte_of_a_body_that_makes_no_difference) {
  const HttpServerOfTest server;
  answer_to_endless(server, "PUT /settled HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000000\r\n\r\n",
                    std::string(50'000, 'x'));
  EXPECT_EQ(server.counters().bodies_forgone.sum(), 1U);
}

TEST(HttpLimits, closes_connections_beyond_the_most) {
  HttpServer::Options options;
  options.connections_max = 2;
  const HttpServerOfTest server(options);
  auto first = server.connect();
  auto second = server.connect();
  eventually([&] { return server.connections() == 2; });
  auto third = server.connect();
  EXPECT_EQ(third.read_to_end(), "");
  EXPECT_EQ(server.refused(), 1U);
  first.say(get("/a"));
  EXPECT_EQ(without_date(first.read_to("GET /a ")), answer_to("GET", "/a"));
}

TEST(HttpLimits, refuses_a_head_that_takes_its_time) {
  const HttpServerOfTest server(impatient(&ClientSessions::Limits::head));
  auto client = server.connect();
  client.say(get("/a") + "GET / HTTP/1.1\r\nHos");
  EXPECT_EQ(without_date(client.read_to_end()),
            answer_to("GET", "/a") + "HTTP/1.1 408 Request Timeout\r\n" +
                refusal("408", "Request Timeout", "the request's head did not come in time"));
  EXPECT_EQ(server.counters().heads_too_slow.sum(), 1U);
}

TEST(HttpLimits, refuses_a_head_that_comes_byte_by_byte_for_ever) {
  const HttpServerOfTest server(impatient(&ClientSessions::Limits::head));
  auto client = server.connect();
  client.say("GET / HTTP/1.1\r\nA: ");
  eventually([&] { return server.connections() == 1; });
  EXPECT_THROW(
      for (;;) {
        client.say("a");
        std::this_thread::yield();
        if (server.connections() == 0) throw std::runtime_error("closed");
      },
      std::exception);
  EXPECT_EQ(server.counters().heads_too_slow.sum() + server.counters().heads_too_large.sum(), 1U);
}

TEST(HttpLimits, refuses_a_body_that_comes_too_slowly_and_no_other) {
  auto options = impatient(&ClientSessions::Limits::body);
  options.body_bytes_per_s_min = 100;  // 10 bytes in 100 ms
  const HttpServerOfTest server(options);
  auto slow = server.connect();
  slow.say("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n\r\n123456789");
  // The other one says ten times as much as it must, until the slow one is refused.
  auto other = server.connect();
  other.say("POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  std::size_t said = 0;
  auto then = std::chrono::steady_clock::now();
  while (server.counters().bodies_too_slow.sum() == 0 && said < 90'000) {
    if (std::chrono::steady_clock::now() - then < std::chrono::milliseconds(1)) continue;
    then = std::chrono::steady_clock::now();
    other.say("4\r\nxxxx\r\n");
    said += 4;
  }
  EXPECT_EQ(
      without_date(slow.read_to_end()),
      "HTTP/1.1 408 Request Timeout\r\n" + refusal("408", "Request Timeout", "the request's body comes too slowly"));
  other.say("0\r\n\r\n");
  EXPECT_EQ(without_date(other.read_to("POST /b " + std::string(said, 'x'))),
            answer_to("POST", "/b", std::string(said, 'x')));
}

TEST(HttpLimits, closes_a_connection_that_asks_nothing_more) {
  const HttpServerOfTest server(impatient(&ClientSessions::Limits::idle));
  auto client = server.connect();
  client.say(get("/a"));
  EXPECT_EQ(without_date(client.read_to_end()), answer_to("GET", "/a"));
  auto silent = server.connect();
  EXPECT_EQ(silent.read_to_end(), "");
}

TEST(HttpLimits, closes_a_connection_whose_tls_handshake_takes_its_time) {
  const HerdCertificates herd;
  const auto files = herd.issue("Riley");
  auto options = impatient(&ClientSessions::Limits::greeting);
  options.tls = ClientTls::read({files.certificate(), files.key()}, ClientTls::Protocol::http).value();
  const HttpServerOfTest server(options);
  auto silent = server.connect();
  EXPECT_EQ(silent.read_to_end(), "");
  // A ClientHello of 16 KB that begins well and goes on byte by byte.
  auto slow = server.connect();
  slow.say(std::string("\x16\x03\x01\x40\x00\x01\x00\x3f\xfc\x03\x03", 11));
  constexpr std::size_t rest = 0x3ffa;
  std::size_t said = 0;
  auto then = std::chrono::steady_clock::now();
  while (said < rest && server.connections() != 0) {
    if (std::chrono::steady_clock::now() - then < std::chrono::milliseconds(1)) continue;
    then = std::chrono::steady_clock::now();
    try {
      slow.say(".");
      ++said;
    } catch (const std::exception&) {
      break;
    }
  }
  EXPECT_LT(said, rest);
  eventually([&] { return server.connections() == 0; });
  EXPECT_EQ(server.counters().tls_failures.sum(), 0U) << "nothing was wrong with what it said";
}

TEST(HttpLimits, closes_a_connection_that_does_not_read) {
  const HttpServerOfTest server(impatient(&ClientSessions::Limits::stalled));
  auto client = server.connect();
  const auto request = get("/large");
  eventually([&] { return server.connections() == 1; });
  eventually([&] {
    try {
      client.try_to_say(request);
      return false;
    } catch (const std::exception&) {
      return server.connections() == 0;
    }
  });
  EXPECT_EQ(server.counters().readers_too_slow.sum(), 1U);
}

TEST(HttpLimits, gives_an_answer_all_the_time_it_takes) {
  auto options = impatient(&ClientSessions::Limits::idle);
  options.limits.head = options.limits.body = options.limits.stalled = 20 * millisecond;
  HttpServerOfTest server(options);
  auto client = server.connect();
  client.say(get("/later"));
  const auto held = server.service.next();
  // Another connection comes and is closed for idling, later than the first would have been.
  EXPECT_EQ(server.connect().read_to_end(), "");
  EXPECT_EQ(server.connect().read_to_end(), "");
  held.answer("late");
  EXPECT_TRUE(client.read_to("late").ends_with("\r\n\r\nlate"));
}

TEST(HttpLimits, an_idle_connection_is_small) {
  EXPECT_LE(sizeof(HttpSession), 256U);
}

}  // namespace
}  // namespace herd::net
