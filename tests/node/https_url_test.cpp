#include "herd/node/https_url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace herd::node {
namespace {

using testing::EndsWith;

/// What is wrong with `text`, without the end that tells what would be right.
std::string mistake(std::string_view text) {
  const auto url = parse_https_url(text);
  if (url) return "none";
  const auto end = url.error().message.rfind("; write https://HOST, https://HOST:PORT or https://HOST:PORT/PATH");
  EXPECT_NE(end, std::string::npos) << url.error().message;
  return url.error().message.substr(0, end);
}

TEST(HttpsUrl, is_a_server_perhaps_a_port_and_perhaps_a_path) {
  EXPECT_EQ(parse_https_url("https://maps.googleapis.com").value(), (HttpsUrl{{"maps.googleapis.com", 443}, ""}));
  EXPECT_EQ(parse_https_url("https://maps.googleapis.com/").value(), (HttpsUrl{{"maps.googleapis.com", 443}, ""}));
  EXPECT_EQ(parse_https_url("https://10.0.0.1:8443/a/b~c//").value(), (HttpsUrl{{"10.0.0.1", 8443}, "/a/b~c"}));
  EXPECT_EQ(parse_https_url("https://[::1]").value(), (HttpsUrl{{"::1", 443}, ""}));
  EXPECT_EQ(parse_https_url("https://[::1]:8443").value(), (HttpsUrl{{"::1", 8443}, ""}));
}

TEST(HttpsUrl, refuses_all_else_and_says_what_is_right) {
  for (const auto* text : {"http://a", "a", "", "HTTPS://a"}) {
    EXPECT_THAT(mistake(text), EndsWith("\" does not begin with https://")) << text;
  }
  for (const auto* text : {"https://", "https:///a", "https://a:0", "https://a:x", "https://a:", "https://::1",
                           "https://user@a", "https://a?b", "https://a b", "https://[::1", "https://[]"}) {
    EXPECT_THAT(mistake(text), EndsWith("\" names no server")) << text;
  }
  for (const auto* text : {"https://a/?key=b", "https://a/b c", "https://a/#b", "https://a/%41"}) {
    EXPECT_THAT(mistake(text), EndsWith("\" has something in its path that is not expected there")) << text;
  }
  EXPECT_EQ(mistake("https://a/\r\nX: y"),
            R"("https://a/\x0d\x0aX: y" has something in its path that is not expected there)");
  EXPECT_NE(mistake("https://a/" + std::string(256, 'b')), "none");
  EXPECT_EQ(mistake("https://a/" + std::string(255, 'b')), "none");
}

}  // namespace
}  // namespace herd::node
