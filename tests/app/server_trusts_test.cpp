#include "herd/app/server_trusts.h"

#include <gtest/gtest.h>
#include <string>

#include "herd/app/usage_error.h"

namespace herd::app {
namespace {

const node::ServerConfig riley{"Riley", {"127.0.0.1", 12000}, {}, node::Endpoint{"127.0.0.1", 14000}, {}, {}};

const TlsOptions none{};
const TlsOptions tls{true, "", "", ""};
const TlsOptions ca{false, "none.crt", "", ""};
const TlsOptions certificate{false, "", "none.crt", "none.key"};

node::Config plain() {
  return {};
}

node::Config tls_on(bool line, bool http) {
  node::Config config;
  config.client_tls.folder = "client-certs";
  config.client_tls.is_on_line = line;
  config.client_tls.is_on_http = http;
  return config;
}

/// "TLS", "plain", or why not.
template <class Ask>
std::string outcome(const TlsOptions& options, const Ask& ask) {
  ServerTrusts trusts(options);
  try {
    return ask(trusts) ? "TLS" : "plain";
  } catch (const UsageError& error) {
    return error.what();
  }
}

std::string line(const TlsOptions& options, const node::Config& config) {
  return outcome(options, [&](ServerTrusts& trusts) { return trusts.of_line(config, riley); });
}

std::string http(const TlsOptions& options, const node::Config& config, const node::ServerConfig& server = riley) {
  return outcome(options, [&](ServerTrusts& trusts) { return trusts.of_http(config, server); });
}

std::string address(const TlsOptions& options) {
  return outcome(options, [](ServerTrusts& trusts) { return trusts.of_address(); });
}

constexpr auto not_there =
    "none.crt: no certificates can be read from it: No such file or directory; name a PEM file of the authorities to "
    "trust";

TEST(ServerTrusts, ports_of_the_herd_are_as_herd_toml_has_them) {
  EXPECT_EQ(line(none, plain()), "plain");
  EXPECT_EQ(http(none, plain()), "plain");
  EXPECT_EQ(line(none, tls_on(true, false)), "TLS");
  EXPECT_EQ(http(none, tls_on(true, false)), "plain");
  EXPECT_EQ(line(none, tls_on(false, true)), "plain");
  EXPECT_EQ(http(none, tls_on(false, true)), "TLS");
  EXPECT_EQ(line(tls, tls_on(true, true)), "TLS");
  EXPECT_EQ(line(ca, tls_on(true, true)), not_there);
  EXPECT_EQ(http(ca, tls_on(true, true)), not_there);
}

TEST(ServerTrusts, addresses_are_spoken_to_in_TLS_if_any_option_says_so) {
  EXPECT_EQ(address(none), "plain");
  EXPECT_EQ(address(tls), "TLS");
  EXPECT_EQ(address(ca), not_there);
  EXPECT_EQ(address(certificate), "none.crt: no certificate can be read from it: No such file or directory");
}

TEST(ServerTrusts, who_wants_TLS_does_not_speak_plainly_to_a_line_port) {
  const std::string remedy = R"( out, or, if the port speaks TLS, add clients = "client-certs" in [tls] there)";
  EXPECT_EQ(line(tls, plain()),
            "--tls: the line port of Riley, 127.0.0.1:12000, is plain, as herd.toml has it; leave --tls" + remedy);
  EXPECT_EQ(line(ca, plain()),
            "--ca: the line port of Riley, 127.0.0.1:12000, is plain, as herd.toml has it; leave --ca" + remedy);
  EXPECT_EQ(line(certificate, plain()),
            "--certificate: the line port of Riley, 127.0.0.1:12000, is plain, as herd.toml has it; leave "
            "--certificate" +
                remedy);
  EXPECT_EQ(line(ca, tls_on(false, true)),
            "--ca: the line port of Riley, 127.0.0.1:12000, is plain, as herd.toml has it; leave --ca out, or, if the "
            "port speaks TLS, add \"line\" to clients_on in [tls] there");
}

TEST(ServerTrusts, who_names_an_authority_does_not_speak_plainly_to_an_http_port) {
  EXPECT_EQ(http(ca, plain()),
            "--ca: the http port of Riley, 127.0.0.1:14000, is plain, as herd.toml has it; leave --ca out, or, if the "
            "port speaks TLS, add clients = \"client-certs\" in [tls] there");
  EXPECT_EQ(http(ca, tls_on(true, false)),
            "--ca: the http port of Riley, 127.0.0.1:14000, is plain, as herd.toml has it; leave --ca out, or, if the "
            "port speaks TLS, add \"http\" to clients_on in [tls] there");
}

TEST(ServerTrusts, an_http_port_may_be_plain_beside_a_line_port_that_demands_certificates_or_not_be_there) {
  auto without_http = riley;
  without_http.http = std::nullopt;
  EXPECT_EQ(http(certificate, tls_on(true, false)), "plain");
  EXPECT_EQ(http(tls, tls_on(true, false)), "plain");
  EXPECT_EQ(http(ca, plain(), without_http), "plain");
}

}  // namespace
}  // namespace herd::app
