#include <gtest/gtest.h>

#include "herd/node/config.h"

namespace herd::node {
namespace {

std::string herd_at(const std::string& line, const std::string& http, const std::string& rest) {
  return "[herd]\nname = \"n\"\n[[server]]\nid = \"A\"\nline = \"" + line + "\"\npeer = \"127.0.0.1:2\"\nhttp = \"" +
         http + "\"\n" + rest;
}

std::string mistakes_in(const std::string& line, const std::string& http, const std::string& rest) {
  const auto config = parse_config(herd_at(line, http, rest), "h.toml");
  return config ? "none" : config.error().message;
}

std::string mistakes_with(const std::string& rest) {
  return mistakes_in("127.0.0.1:1", "127.0.0.1:3", rest);
}

const std::string line_needs =
    "the line protocol has no place for a token: let clients show certificates, with clients = \"client-certs\" and "
    "line_clients_ca = \"clients-ca.crt\" in [tls], and say what each may do, with `proxyherd token new --certificate "
    "CN` and tokens = \"tokens.toml\" in [auth]; ";

TEST(AccessConfig, without_tokens_clients_ports_are_for_loopback_only) {
  EXPECT_EQ(mistakes_with(""), "none");
  EXPECT_EQ(mistakes_in("0.0.0.0:1", "[::]:3", ""),
            "h.toml:5: line \"0.0.0.0:1\" can be reached from other machines, and " + line_needs +
                "or write 127.0.0.1:1, or open = true in [auth] if whoever reaches it may do everything\n"
                "h.toml:7: http \"[::]:3\" can be reached from other machines, and whoever reaches it may report, read "
                "and forget every client: make tokens with `proxyherd token new` and add [auth] with tokens = "
                "\"tokens.toml\"; or write 127.0.0.1:3, or open = true in [auth] if all the world may");
  EXPECT_NE(mistakes_in("0.0.0.0:1", "[::]:3", "[auth]\nopen = false\n"), "none");
  EXPECT_EQ(mistakes_in("0.0.0.0:1", "[::]:3", "[auth]\nopen = true\n"), "none");
  EXPECT_TRUE(parse_config(herd_at("0.0.0.0:1", "[::]:3", ""), "h.toml", PlainPeers::anywhere));
}

TEST(AccessConfig, with_tokens_HTTP_may_be_anywhere_and_lines_only_with_certificates) {
  const std::string tokens = "[auth]\ntokens = \"tokens.toml\"\n";
  EXPECT_EQ(mistakes_in("127.0.0.1:1", "0.0.0.0:3", tokens), "none");
  EXPECT_EQ(mistakes_in("192.0.2.1:1", "0.0.0.0:3", tokens),
            "h.toml:5: line \"192.0.2.1:1\" can be reached from other machines, and " + line_needs +
                "or write 127.0.0.1:1, or open = true in [auth] if whoever reaches it may do everything");
  const std::string tls = "[tls]\nclients = \"client-certs\"\nline_clients_ca = \"clients-ca.crt\"\n";
  EXPECT_EQ(mistakes_in("192.0.2.1:1", "127.0.0.1:3", tls + tokens), "none") << "all that the message names";
  EXPECT_NE(mistakes_in("192.0.2.1:1", "127.0.0.1:3", tls), "none");
  EXPECT_EQ(mistakes_in("192.0.2.1:1", "0.0.0.0:3", tokens + "open = true\n"), "none");
}

TEST(AccessConfig, is_what_the_file_says_with_paths_beside_it) {
  const auto config =
      parse_config(herd_at("127.0.0.1:1", "127.0.0.1:3",
                           "[auth]\ntokens = \"tokens.toml\"\nopen = true\n[limits]\nreports_per_client = 5\n"
                           "reports_per_client_burst = 50.5\nrequests_per_address = 0.5\n"
                           "requests_per_address_burst = 7\n"),
                   "/etc/herd/h.toml")
          .value();
  EXPECT_EQ(config.tokens, "/etc/herd/tokens.toml");
  EXPECT_TRUE(config.is_open);
  EXPECT_EQ(config.rates.reports_per_client, 5);
  EXPECT_EQ(config.rates.reports_per_client_burst, 50.5);
  EXPECT_EQ(config.rates.requests_per_address, 0.5);
  EXPECT_EQ(config.rates.requests_per_address_burst, 7);
}

TEST(AccessConfig, of_which_nothing_is_said_limits_nothing_and_needs_no_token) {
  const auto config = parse_config(herd_at("127.0.0.1:1", "127.0.0.1:3", ""), "h.toml").value();
  EXPECT_EQ(config.tokens, std::nullopt);
  EXPECT_FALSE(config.is_open);
  EXPECT_EQ(config.rates.reports_per_client, std::nullopt);
  EXPECT_EQ(config.rates.reports_per_client_burst, 1000);
  EXPECT_EQ(config.rates.requests_per_address, std::nullopt);
  EXPECT_EQ(config.rates.requests_per_address_burst, std::nullopt);
}

TEST(AccessConfig, names_each_mistake) {
  EXPECT_EQ(mistakes_with("[auth]\ntoken = \"t\"\nopen = \"yes\"\n"),
            "h.toml:9: unknown key \"token\" in [auth]; did you mean \"tokens\"?\n"
            "h.toml:10: open in [auth] must be true or false, such as true, not a string");
  EXPECT_EQ(mistakes_with("[limits]\nreports_per_client_burst = 10\nrequests_per_address_burst = 20\n"),
            "h.toml:9: reports_per_client_burst is of no use without reports_per_client; add reports_per_client = 5.0\n"
            "h.toml:10: requests_per_address_burst is of no use without requests_per_address; add "
            "requests_per_address = 5.0");
  EXPECT_EQ(
      mistakes_with("[limits]\nreports_per_client = 0\nreports_per_client_burst = 0.5\n"
                    "requests_per_address = \"many\"\nrequests_per_address_burst = nan\n"),
      "h.toml:9: reports_per_client is 0; it must be 0.001 to 1e+09\n"
      "h.toml:10: reports_per_client_burst is 0.5; it must be 1 to 1e+09\n"
      "h.toml:11: requests_per_address in [limits] must be a number of 0.001 to 1e+09, such as 5.0, not a string\n"
      "h.toml:12: requests_per_address_burst is nan; it must be 1 to 1e+09");
}

}  // namespace
}  // namespace herd::node
