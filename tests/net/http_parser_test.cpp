#include "herd/net/http_parser.h"

#include <gtest/gtest.h>
#include <string>

namespace herd::net {
namespace {

using Found = HttpParser::Found;

constexpr std::size_t body_bytes_max = 1000;

/// What a parser finds in a request, as one line of text, given `piece` bytes at a time.
std::string found_in(std::string_view bytes, std::size_t piece) {
  HttpParser parser;
  std::string text;
  std::string waiting;
  std::string body;
  for (std::size_t at = 0; at <= bytes.size(); at += piece) {
    waiting.append(bytes.substr(at, piece));
    std::string_view input = waiting;
    for (bool goes_on = true; goes_on;) {
      switch (parser.next(input)) {
        case Found::more:
          goes_on = false;
          break;
        case Found::head:
          text += std::string(parser.method()) + ' ' + std::string(parser.target());
          for (const auto& [name, value] : parser.fields()) {
            text.append(" ").append(name).append("=").append(value);
          }
          parser.set_body_bytes_max(body_bytes_max);
          break;
        case Found::body:
          body += parser.body();
          break;
        case Found::end:
          text += " [" + body + "]";
          if (!parser.keeps_alive()) text += " close";
          if (parser.expects_continue()) text += " continue";
          body.clear();
          parser.reset();
          break;
        case Found::refusal:
          return text + (text.empty() ? "" : " ") + std::to_string(parser.refusal().status) + " " +
                 parser.refusal().detail;
      }
    }
    waiting.erase(0, waiting.size() - input.size());
  }
  return text;
}

/// The same whether it comes whole or in pieces of any size.
std::string found_in(std::string_view bytes) {
  auto whole = found_in(bytes, bytes.size() + 1);
  for (const std::size_t piece : {1U, 2U, 3U, 5U, 7U, 64U}) EXPECT_EQ(found_in(bytes, piece), whole) << piece;
  return whole;
}

TEST(HttpParser, finds_head_body_and_end_wherever_the_bytes_are_cut) {
  EXPECT_EQ(found_in("GET /a?b=c HTTP/1.1\r\nHost: x\r\nAccept:  */*\t\r\n\r\n"), "GET /a?b=c Host=x Accept=*/* []");
  EXPECT_EQ(found_in("PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"),
            "PUT /a Host=x Content-Length=5 [hello]");
  EXPECT_EQ(found_in("PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"), "PUT /a Host=x Content-Length=0 []");
  EXPECT_EQ(found_in("WHATEVER * HTTP/1.1\r\nHost:\r\n\r\n"), "WHATEVER * Host= []");
}

TEST(HttpParser, finds_pipelined_requests_one_after_the_other) {
  EXPECT_EQ(found_in("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n"
                     "POST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"
                     "\r\n\r\nGET /3 HTTP/1.1\r\nHost: x\r\n\r\n"),
            "GET /1 Host=x []POST /2 Host=x Content-Length=2 [hi]GET /3 Host=x []");
}

TEST(HttpParser, puts_chunks_together) {
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string found = "POST / Host=x Transfer-Encoding=chunked ";
  EXPECT_EQ(found_in(head + "5\r\nhello\r\n1;a=b\r\n!\r\n0\r\n\r\n"), found + "[hello!]");
  EXPECT_EQ(found_in(head + "0\r\n\r\n"), found + "[]");
  EXPECT_EQ(found_in(head + "A\r\n0123456789\r\n000\r\nTrailer: of no interest\r\n\r\n"), found + "[0123456789]");
  EXPECT_EQ(found_in(head + "1\r\na\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"), found + "[a]GET / Host=x []");
}

TEST(HttpParser, knows_when_the_connection_stays) {
  EXPECT_EQ(found_in("GET / HTTP/1.0\r\n\r\n"), "GET / [] close");
  EXPECT_EQ(found_in("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), "GET / Connection=keep-alive []");
  EXPECT_EQ(found_in("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
            "GET / Host=x Connection=close [] close");
  EXPECT_EQ(found_in("PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n1"),
            "PUT / Host=x Expect=100-continue Content-Length=1 [1] continue");
}

TEST(HttpParser, takes_the_absolute_form_of_a_target) {
  EXPECT_EQ(found_in("GET http://herd:80/v1?a HTTP/1.1\r\nHost: x\r\n\r\n"), "GET /v1?a Host=x []");
  EXPECT_EQ(found_in("GET HTTP://herd HTTP/1.1\r\nHost: x\r\n\r\n"), "GET / Host=x []");
}

TEST(HttpParser, refuses_what_is_no_http) {
  EXPECT_EQ(found_in("nonsense\r\n\r\n").substr(0, 4), "400 ");
  EXPECT_EQ(found_in("GET  / HTTP/1.1\r\nHost: x\r\n\r\n").substr(0, 4), "400 ");
  EXPECT_EQ(found_in("GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n").substr(0, 4), "400 ");
  EXPECT_EQ(found_in("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "505 the request line does not end in HTTP/1.1 or HTTP/1.0");
  EXPECT_EQ(found_in("GET / HTTP/1.1\nHost: x\n\n"), "400 a line of the head ends in LF alone; end lines with CR LF");
  EXPECT_EQ(found_in("GET / HTTP/1.1\r\nHost : x\r\n\r\n").substr(0, 4), "400 ");
  EXPECT_EQ(found_in("GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n"),
            "400 a field goes on in the next line; write it in one");
  EXPECT_EQ(found_in("GET / HTTP/1.1\r\n\r\n"), "400 HTTP/1.1 wants one Host field, and there are 0");
  EXPECT_EQ(found_in("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"),
            "400 HTTP/1.1 wants one Host field, and there are 2");
  EXPECT_EQ(found_in("GET / HTTP/1.1\r\nHost: x\r\nExpect: 200-ok\r\n\r\n"),
            "417 of expectations only 100-continue is met");
}

TEST(HttpParser, refuses_requests_that_can_be_read_in_two_ways) {
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\n";
  for (const std::string fields : {
           "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
           "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
           "Content-Length: 5\r\nContent-Length: 6\r\n",
           "Content-Length: 5\r\nContent-Length: 5\r\n",
           "Content-Length: 5, 5\r\n",
           "Content-Length: +5\r\n",
           "Content-Length: 0x5\r\n",
           "Content-Length: -1\r\n",
           "Content-Length:\r\n",
           "Content-Length: 18446744073709551616\r\n",
           "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
       }) {
    EXPECT_EQ(found_in(head + fields + "\r\nhello").substr(0, 4), "400 ") << fields;
  }
  for (const std::string fields :
       {"Transfer-Encoding: gzip\r\n", "Transfer-Encoding: chunked, gzip\r\n", "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: xchunked\r\n", "Transfer-Encoding:\r\n"}) {
    EXPECT_EQ(found_in(head + fields + "\r\n0\r\n\r\n"), "501 of transfer encodings only chunked is understood")
        << fields;
  }
  EXPECT_EQ(found_in("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            "400 HTTP/1.0 has no chunks; send Content-Length");
  const auto chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
  const std::string found = "POST / Host=x Transfer-Encoding=chunked 400 the body is no HTTP: ";
  for (const std::string body :
       {"x\r\nhello\r\n", "5\r\nhelloXX0\r\n\r\n", "-1\r\n\r\n\r\n", "5 \r\nhello\r\n0\r\n\r\n",
        "5;a=\"\r\"\r\nhello\r\n0\r\n\r\n", "FFFFFFFFFFFFFFFFF\r\n\r\n\r\n"}) {
    EXPECT_TRUE(found_in(chunked + body).starts_with(found)) << body << " gives " << found_in(chunked + body);
  }
  using namespace std::string_literals;
  for (const auto& line : {"5;a=\"\n\"\r\n"s, "5;a=\"x\ny\"\r\n"s, "5;a=\"\0\"\r\n"s, "5;a=\"\x7f\"\r\n"s}) {
    EXPECT_EQ(found_in((chunked + line).append("hello\r\n0\r\n\r\n")),
              "POST / Host=x Transfer-Encoding=chunked 400 the line of a chunk has a control character")
        << line;
  }
  EXPECT_EQ(found_in(chunked + "5;a=\"\t;\";b\r\nhello\r\n0\r\n\r\n"),
            "POST / Host=x Transfer-Encoding=chunked [hello]");
}

TEST(HttpParser, refuses_what_is_over_its_bounds) {
  const std::string get = "GET / HTTP/1.1\r\nHost: x\r\n";
  EXPECT_EQ(found_in(get + "A: " + std::string(HttpParser::head_bytes_max, 'a') + "\r\n\r\n"),
            "431 the head has more than 8192 bytes; send fewer or shorter fields");
  const std::string at_most(HttpParser::head_bytes_max - get.size() - std::string("A: \r\n\r\n").size(), 'a');
  EXPECT_EQ(found_in(get + "A: " + at_most + "\r\n\r\n"), "GET / Host=x A=" + at_most + " []");
  EXPECT_EQ(found_in(get + "A: a" + at_most + "\r\n\r\n").substr(0, 4), "431 ");

  std::string fields;
  for (std::size_t i = 1; i < HttpParser::fields_max; ++i) fields += "a: b\r\n";
  EXPECT_EQ(found_in(get + fields + "\r\n").substr(0, 16), "GET / Host=x a=b");
  EXPECT_EQ(found_in(get + fields + "a: b\r\n\r\n"), "431 the head has more than 100 fields; send fewer");

  const std::string target(HttpParser::target_bytes_max, '/');
  EXPECT_EQ(found_in("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n"), "GET " + target + " Host=x []");
  EXPECT_EQ(found_in("GET /" + target + " HTTP/1.1\r\nHost: x\r\n\r\n"),
            "414 the target has 4097 bytes, and no more than 4096 are taken");
  EXPECT_EQ(found_in("GET /" + std::string(100'000, 'a')), "414 the request line has more than 8192 bytes");

  const std::string chunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string found = "POST / Host=x Transfer-Encoding=chunked ";
  EXPECT_EQ(found_in(chunked + "3E8\r\n" + std::string(1000, 'a') + "\r\n1\r\na\r\n0\r\n\r\n"),
            found + "413 the body is longer than what is taken here; send it in parts");
  EXPECT_EQ(found_in(chunked + "40000000\r\n"),
            found + "413 the body is longer than what is taken here; send it in parts");
  EXPECT_EQ(found_in(chunked + "1;" + std::string(HttpParser::head_bytes_max, 'a') + "\r\na\r\n0\r\n\r\n"),
            found + "431 a chunk's line, or the trailer, has more than 8192 bytes");
  EXPECT_EQ(found_in(chunked + "0\r\nA: " + std::string(HttpParser::head_bytes_max, 'a') + "\r\n\r\n"),
            found + "431 a chunk's line, or the trailer, has more than 8192 bytes");
}

TEST(HttpParser, counts_a_chunk_once_however_often_its_line_is_looked_at) {
  EXPECT_EQ(found_in("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3E8;a=\"\r\n"),
            "POST / Host=x Transfer-Encoding=chunked");
}

}  // namespace
}  // namespace herd::net
