#include "herd/net/http_client.h"

#include <future>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "herd/net/descriptor.h"
#include "net/herd_certificates.h"
#include "net/loopback_listener.h"
#include "net/tls_server_of_test.h"

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
  EXPECT_FALSE(answers[0].error().is_there || answers[1].error().is_there);
  gibberish.get();
}

TEST(HttpClient, asks_a_server_of_TLS_that_is_to_be_trusted_and_tells_nothing_to_another) {
  const HerdCertificates herd;
  const HerdCertificates strangers("strangers");
  const auto files = herd.issue("Riley");
  const auto known = ServerTrust::read({}).value().knowing(files.certificate());
  const auto served_by = [](const CertificateFiles& certificate) {
    return ClientTls::read({certificate.certificate(), certificate.key()}, ClientTls::Protocol::http).value();
  };
  const auto answer = [](const std::string&) { return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"; };
  TlsServerOfTest good(served_by(files), answer, "\r\n\r\n");
  TlsServerOfTest impostor(served_by(strangers.issue("Riley")), answer, "\r\n\r\n");
  const auto answers = http_get_all({{"127.0.0.1", good.port(), "/v1/status", "ph_secret", known},
                                     {"127.0.0.1", impostor.port(), "/v1/status", "ph_secret", known}},
                                    20 * second);
  EXPECT_EQ(good.heard(),
            "GET /v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: Bearer "
            "ph_secret\r\n\r\n");
  EXPECT_EQ(impostor.heard(), "(refused)");
  EXPECT_EQ(answers[0].value().body, "{}");
  EXPECT_TRUE(answers[1].error().is_there);
  EXPECT_EQ(answers[1].error().message,
            "its certificate (\"Riley\") is neither that of " + files.certificate().string() +
                " nor of an authority that is trusted; if that file is new, the server reads it on SIGHUP; else --ca "
                "FILE names the authority to trust");
}

TEST(HttpClient, says_why_there_is_no_TLS) {
  const auto trust = ServerTrust::read({}).value();
  const LoopbackListener silent;
  LoopbackListener plain;
  LoopbackListener closing;
  auto servers = std::async(std::launch::async, [&] {
    {
      auto conversation = plain.accept();
      conversation.write("HTTP/1.1 400 Bad Request\r\n\r\n");
      conversation.read_to_end();
    }
    const Descriptor closed(closing.accept_socket());
    ::shutdown(closed.number(), SHUT_WR);
    char byte = 0;
    while (::recv(closed.number(), &byte, 1, 0) > 0) continue;
  });
  auto answers = http_get_all({{"127.0.0.1", plain.port(), "/", "", trust},
                               {"127.0.0.1", closing.port(), "/", "", trust},
                               {"127.0.0.1", refused_port(), "/", "", trust}},
                              20 * second);
  answers.push_back(http_get_all({{"127.0.0.1", silent.port(), "/", "", trust}}, 100 * millisecond)[0]);
  std::string outcomes;
  for (const auto& answer : answers) {
    outcomes += answer.error().message + (answer.error().is_there ? " (is there)\n" : "\n");
  }
  EXPECT_EQ(outcomes,
            "it does not speak TLS (is there)\n"
            "closed the connection in the TLS handshake (stream truncated); does it speak TLS? (is there)\n"
            "Connection refused\n"
            "no answer within 100 ms\n");
  servers.get();
}

}  // namespace
}  // namespace herd::net
