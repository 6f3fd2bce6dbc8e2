#include "herd/http/served_hosts.h"

#include <gtest/gtest.h>

namespace herd::http {
namespace {

TEST(ServedHosts, are_addresses_and_localhost_without_a_word_of_the_configuration) {
  const ServedHosts hosts({}, {});
  for (const auto* const host :
       {"", "127.0.0.1", "127.0.0.1:14000", "192.0.2.7:80", "[::1]", "[::1]:14000", "localhost", "LocalHost:14000",
        "localhost.", "localhost.:14000", "riley.localhost", "a.b.localhost:80"}) {
    EXPECT_TRUE(hosts.has(host)) << host;
  }
  for (const auto* const host :
       {"attacker.example", "attacker.example:14000", "127.0.0.1.attacker.example", "127.0.0.1.nip.example",
        "localhost.attacker.example:14000", "notlocalhost", "x", "1e2", "user@127.0.0.1"}) {
    EXPECT_FALSE(hosts.has(host)) << host;
  }
}

TEST(ServedHosts, are_those_of_the_configuration_whatever_the_port) {
  const ServedHosts hosts({"https://map.example:8443", "http://Other.example"}, {"riley.example", "127.0.0.1"});
  for (const auto* const host : {"map.example", "map.example:1", "other.example:14000", "RILEY.example."}) {
    EXPECT_TRUE(hosts.has(host)) << host;
  }
  for (const auto* const host : {"a.map.example", "ap.example", "example"}) EXPECT_FALSE(hosts.has(host)) << host;
}

TEST(ServedHosts, are_all_where_pages_of_any_origin_are_allowed) {
  EXPECT_TRUE(ServedHosts({"*"}, {}).has("attacker.example"));
}

}  // namespace
}  // namespace herd::http
