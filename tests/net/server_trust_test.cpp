#include "herd/net/server_trust.h"

#include <future>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <optional>
#include <string>

#include "herd/net/client_socket.h"
#include "herd/net/line_client.h"
#include "net/herd_certificates.h"
#include "net/tls_server_of_test.h"

namespace herd::net {
namespace {

constexpr std::int64_t day = HerdCertificates::day;
constexpr Duration time_max = 20 * second;

class ServerTrustTest : public testing::Test {
 protected:
  /// A server's side with these files, which demands certificates of `clients_ca` if that is one.
  static ClientTls server(const CertificateFiles& files,
                          std::optional<std::filesystem::path> clients_ca = std::nullopt) {
    return ClientTls::read({files.certificate(), files.key(), std::move(clients_ca)}, ClientTls::Protocol::line)
        .value();
  }

  /// Trusts the authority of these, and nobody else.
  static ServerTrust trust(const HerdCertificates& authority) {
    return ServerTrust::read({.authorities = authority.folder() / "ca.crt"}).value();
  }

  /// What a server of this kind, connected to as `host`, answers to "hello", or what is wrong with it.
  static std::string say_hello(const ClientTls& tls, const ServerTrust& trust, const std::string& host) {
    TlsServerOfTest server(tls, [](const std::string& heard) { return "heard: " + heard; });
    const auto outcome = converse(server.port(), trust, host);
    const auto heard = server.heard();
    EXPECT_EQ(heard, outcome == "heard: hello" ? "hello" : "(refused)");
    return outcome;
  }

  static std::string converse(std::uint16_t port, const ServerTrust& trust, const std::string& host) {
    auto client = LineClient::connect("127.0.0.1", port, time_max).value();
    if (const auto greeted = client.start_tls(trust, host, time_max); !greeted) return greeted.error().message;
    std::string replies;
    const auto sent = client.send("hello", [&](std::string_view bytes) { replies += bytes; });
    return sent ? replies : sent.error().message;
  }

  HerdCertificates coast_;
  HerdCertificates strangers_{"strangers"};
  const std::int64_t now_ = coast_.now();
};

TEST_F(ServerTrustTest, believes_an_authority_that_vouches_for_the_name) {
  EXPECT_EQ(say_hello(server(coast_.issue("localhost")), trust(coast_), "localhost"), "heard: hello");
}

TEST_F(ServerTrustTest, believes_no_other_name_nor_an_address) {
  const auto tls = server(coast_.issue("localhost"));
  EXPECT_EQ(say_hello(tls, trust(coast_), "example.org"),
            "its certificate (\"localhost\") is not for example.org; use a name or an address that it is for");
  EXPECT_EQ(say_hello(tls, trust(coast_), "127.0.0.1"),
            "its certificate (\"localhost\") is not for 127.0.0.1; use a name or an address that it is for");
  EXPECT_EQ(say_hello(tls, trust(coast_), "::1"),
            "its certificate (\"localhost\") is not for ::1; use a name or an address that it is for");
}

TEST_F(ServerTrustTest, believes_a_wildcard_for_a_whole_label_but_not_for_a_part_of_one) {
  EXPECT_EQ(say_hello(server(coast_.issue("*.example.org")), trust(coast_), "herd.example.org"), "heard: hello");
  EXPECT_EQ(
      say_hello(server(coast_.issue("h*.example.org")), trust(coast_), "herd.example.org"),
      "its certificate (\"h*.example.org\") is not for herd.example.org; use a name or an address that it is for");
}

TEST_F(ServerTrustTest, believes_no_authority_that_nobody_named) {
  EXPECT_EQ(
      say_hello(server(coast_.issue("localhost")), trust(strangers_), "localhost"),
      "its certificate (\"localhost\") is of no authority that is trusted; --ca FILE names the authority to trust");
  EXPECT_EQ(
      say_hello(server(coast_.issue("localhost")), ServerTrust::read({}).value(), "localhost"),
      "its certificate (\"localhost\") is of no authority that is trusted; --ca FILE names the authority to trust");
}

TEST_F(ServerTrustTest, believes_the_certificate_that_it_knows_whatever_the_server_is_reached_as) {
  const auto files = coast_.issue("Riley");
  const auto known = trust(strangers_).knowing(files.certificate());
  EXPECT_EQ(say_hello(server(files), known, "127.0.0.1"), "heard: hello");
  EXPECT_EQ(say_hello(server(files), known, "example.org"), "heard: hello");
}

TEST_F(ServerTrustTest, a_certificate_that_is_not_the_known_one_needs_an_authority) {
  const auto known = coast_.issue("Riley").certificate();
  const auto tls = server(strangers_.issue("localhost"));
  EXPECT_EQ(say_hello(tls, trust(coast_).knowing(known), "localhost"),
            "its certificate (\"localhost\") is neither that of " + known.string() +
                " nor of an authority that is trusted; if that file is new, the server reads it on SIGHUP; else --ca "
                "FILE names the authority to trust");
  EXPECT_EQ(say_hello(tls, trust(strangers_).knowing(known), "localhost"), "heard: hello");
}

TEST_F(ServerTrustTest, reads_the_known_certificate_anew_for_each_connection) {
  const auto known = trust(strangers_).knowing(coast_.files("Riley").certificate());
  const auto first = server(coast_.issue("Riley"));
  EXPECT_EQ(say_hello(first, known, "127.0.0.1"), "heard: hello");
  const auto renewed = server(coast_.issue("Riley"));
  EXPECT_EQ(say_hello(renewed, known, "127.0.0.1"), "heard: hello");
  EXPECT_EQ(say_hello(first, known, "127.0.0.1"),
            "its certificate (\"Riley\") is neither that of " + coast_.files("Riley").certificate().string() +
                " nor of an authority that is trusted; if that file is new, the server reads it on SIGHUP; else --ca "
                "FILE names the authority to trust");
}

TEST_F(ServerTrustTest, without_the_known_file_an_authority_decides) {
  const auto nothing_known = trust(coast_).knowing(coast_.folder() / "Nobody.crt");
  EXPECT_EQ(say_hello(server(coast_.issue("localhost")), nothing_known, "localhost"), "heard: hello");
  EXPECT_EQ(
      say_hello(server(strangers_.issue("localhost")), nothing_known, "localhost"),
      "its certificate (\"localhost\") is of no authority that is trusted; --ca FILE names the authority to trust");
}

TEST_F(ServerTrustTest, believes_no_certificate_out_of_its_time_known_or_not) {
  for (const bool is_known : {false, true}) {
    const auto say_hello_to = [&](std::int64_t from, std::int64_t until) {
      const auto files = coast_.issue("localhost", from, until);
      return say_hello(server(files), is_known ? trust(strangers_).knowing(files.certificate()) : trust(coast_),
                       "localhost");
    };
    EXPECT_EQ(say_hello_to(now_ - day / 2, now_ - 3600),
              "its certificate (\"localhost\") expired on " + utc_text(now_ - 3600) + "; it must be renewed");
    EXPECT_EQ(say_hello_to(now_ + 3600, now_ + day), "its certificate (\"localhost\") is valid from " +
                                                         utc_text(now_ + 3600) + " on only: compare the clocks");
  }
}

TEST_F(ServerTrustTest, believes_nobody_whose_authority_is_out_of_its_time) {
  const auto say_hello_to = [&](std::int64_t from, std::int64_t until) {
    const auto folder = coast_.folder() / std::to_string(from);
    const auto authority = CertificateAuthority::make(folder, "coast", from, until).value();
    authority.issue("localhost", now_ - day, until).value();
    return say_hello(server({folder, "localhost"}), ServerTrust::read({.authorities = folder / "ca.crt"}).value(),
                     "localhost");
  };
  EXPECT_EQ(say_hello_to(now_ - 2 * day, now_ - 3600),
            "its certificate (\"localhost\") is of an authority whose certificate expired on " + utc_text(now_ - 3600) +
                "; it must be renewed");
  EXPECT_EQ(say_hello_to(now_ + 3600, now_ + day),
            "its certificate (\"localhost\") is of an authority whose certificate is valid from " +
                utc_text(now_ + 3600) + " on only: compare the clocks");
}

TEST_F(ServerTrustTest, speaks_TLS_1_2_with_servers_that_know_nothing_newer) {
  const auto tls = server(coast_.issue("localhost"));
  SSL_CTX_set_max_proto_version(tls.context(), TLS1_2_VERSION);
  EXPECT_EQ(say_hello(tls, trust(coast_), "localhost"), "heard: hello");
}

TEST_F(ServerTrustTest, shows_its_certificate_to_a_server_that_demands_one) {
  const auto tls = server(coast_.issue("localhost"), strangers_.folder() / "ca.crt");
  const auto with = [&](const HerdCertificates& authority) {
    const auto own = authority.issue("phone");
    return ServerTrust::read({coast_.folder() / "ca.crt", own.certificate(), own.key()}).value();
  };
  EXPECT_EQ(say_hello(tls, with(strangers_), "localhost"), "heard: hello");
  EXPECT_EQ(say_hello(tls, with(coast_), "localhost"),
            "it says that the certificate of --certificate is of no authority that it trusts");
  EXPECT_EQ(say_hello(tls, trust(coast_), "localhost"),
            "it demands a certificate; --certificate FILE and --key FILE name one");
  SSL_CTX_set_max_proto_version(tls.context(), TLS1_2_VERSION);
  EXPECT_EQ(say_hello(tls, trust(coast_), "localhost"),
            "it ends the handshake; if it demands a certificate, --certificate FILE and --key FILE name one");
}

TEST_F(ServerTrustTest, names_the_file_that_will_not_do) {
  const auto own = coast_.issue("phone");
  const auto folder = coast_.folder();
  const auto wrong_with = [](const ServerTrust::Files& files) { return ServerTrust::read(files).error().message; };
  EXPECT_EQ(wrong_with({.authorities = folder / "none.crt"}),
            (folder / "none.crt").string() +
                ": no certificates can be read from it: No such file or directory; name a "
                "PEM file of the authorities to trust");
  EXPECT_EQ(wrong_with({.certificate = own.key(), .key = own.key()}),
            own.key().string() + ": no certificate can be read from it: no start line");
  EXPECT_EQ(wrong_with({.certificate = own.certificate(), .key = folder / "ca.key"}),
            (folder / "ca.key").string() + ": no key of " + own.certificate().string() +
                " can be read from it: key values mismatch");
}

TEST_F(ServerTrustTest, a_server_that_goes_away_in_the_handshake_is_an_error) {
  const LoopbackListener listener;
  auto server = std::async(std::launch::async, [&] {
    const Descriptor socket(listener.accept_socket());
    char first = 0;
    return ::recv(socket.number(), &first, 1, MSG_WAITALL);
  });
  const auto outcome = converse(listener.port(), trust(coast_), "localhost");
  // As it went before it had read everything, it may have been rude.
  EXPECT_TRUE(outcome == "the server closed the connection in the TLS handshake; does it speak TLS?" ||
              outcome == "Connection reset by peer in the TLS handshake; does it speak TLS?")
      << outcome;
  EXPECT_EQ(server.get(), 1);
}

TEST_F(ServerTrustTest, a_server_that_speaks_something_else_is_an_error) {
  LoopbackListener listener;
  auto server = std::async(std::launch::async, [&] {
    auto conversation = listener.accept();
    conversation.write("? what is that\n");
    conversation.read_to_end();
  });
  EXPECT_EQ(converse(listener.port(), trust(coast_), "localhost"), "it does not speak TLS");
  server.get();
}

TEST_F(ServerTrustTest, a_handshake_that_does_not_end_is_given_up) {
  const LoopbackListener listener;  // the system accepts, and nobody answers
  auto client = ClientSocket::connect("127.0.0.1", listener.port(), time_max).value();
  EXPECT_EQ(client.start_tls(trust(coast_), "localhost", 50 * millisecond).error().message,
            "no TLS handshake within 50 ms; does it speak TLS?");
}

TEST_F(ServerTrustTest, more_than_fits_into_the_buffers_of_the_sockets_passes_both_ways) {
  TlsServerOfTest server(ServerTrustTest::server(coast_.issue("localhost")),
                         [](const std::string& heard) { return heard; });
  std::string much;
  much.resize(20'000'000, 'x');
  auto client = LineClient::connect("127.0.0.1", server.port(), time_max).value();
  ASSERT_TRUE(client.start_tls(trust(coast_), "localhost", time_max));
  std::string replies;
  EXPECT_TRUE(client.send(much, [&](std::string_view bytes) { replies += bytes; }));
  EXPECT_TRUE(server.heard() == much);
  EXPECT_TRUE(replies == much);
}

}  // namespace
}  // namespace herd::net
