#include "herd/node/https_url.h"

#include <gtest/gtest.h>

namespace herd::node {
namespace {

std::string mistake(std::string_view text) {
  const auto url = parse_https_url(text);
  return url ? "none" : url.error().message;
}

TEST(HttpsUrl, is_a_server_perhaps_a_port_and_perhaps_a_path) {
  EXPECT_EQ(parse_https_url("https://maps.googleapis.com").value(), (HttpsUrl{{"maps.googleapis.com", 443}, ""}));
  EXPECT_EQ(parse_https_url("https://maps.googleapis.com/").value(), (HttpsUrl{{"maps.googleapis.com", 443}, ""}));
  EXPECT_EQ(parse_https_url("https://10.0.0.1:8443/a/b~c//").value(), (HttpsUrl{{"10.0.0.1", 8443}, "/a/b~c"}));
  EXPECT_EQ(parse_https_url("https://[::1]").value(), (HttpsUrl{{"::1", 443}, ""}));
  EXPECT_EQ(parse_https_url("https://[::1]:8443").value(), (HttpsUrl{{"::1", 8443}, ""}));
}

TEST(HttpsUrl, refuses_all_else_and_says_what_is_right) {
  const std::string right = "; write https://HOST, https://HOST:PORT or https://HOST:PORT/PATH";
  for (const std::string text : {"http://a", "a", "", "HTTPS://a"}) {
    EXPECT_EQ(mistake(text), "\"" + text + "\" does not begin with https://" + right);
  }
  for (const std::string text : {"https://", "https:///a", "https://a:0", "https://a:x", "https://a:", "https://::1",
                                 "https://user@a", "https://a?b", "https://a b", "https://[::1", "https://[]"}) {
    EXPECT_EQ(mistake(text), "\"" + text + "\" names no server" + right);
  }
  for (const std::string text : {"https://a/?key=b", "https://a/b c", "https://a/#b", "https://a/%41"}) {
    EXPECT_EQ(mistake(text), "\"" + text + "\" has something in its path that is not expected there" + right);
  }
  EXPECT_EQ(mistake("https://a/\r\nX: y"),
            "\"https://a/\\x0d\\x0aX: y\" has something in its path that is not expected there" + right);
  EXPECT_NE(mistake("https://a/" + std::string(256, 'b')), "none");
  EXPECT_EQ(mistake("https://a/" + std::string(255, 'b')), "none");
}

}  // namespace
}  // namespace herd::node
