#include "herd/http/cross_origin.h"

#include <gtest/gtest.h>

namespace herd::http {
namespace {

TEST(CrossOrigin, an_origin_has_a_scheme_and_a_host_and_no_path) {
  for (const auto* const origin :
       {"https://example.org", "http://mylaptop.local:14000", "http://localhost", "http://127.0.0.1:8080",
        "https://[::1]", "https://[2001:db8::1]:8443", "capacitor://localhost"}) {
    EXPECT_TRUE(is_origin(origin)) << origin;
  }
  for (const auto* const other : {"",
                                  "*",
                                  "null",
                                  "mylaptop.local",
                                  "mylaptop.local:8080",
                                  "https://",
                                  "://example.org",
                                  "https://example.org/",
                                  "https://example.org/app",
                                  "https://*.example.org",
                                  "https://Example.org",
                                  "HTTPS://example.org",
                                  "https://example.org:",
                                  "https://example.org:65536",
                                  "https://example.org:80:80",
                                  "https://a b",
                                  "https://user@example.org",
                                  "https://[::1",
                                  "https://[]",
                                  "https://[::1]x",
                                  "https://example.org?x",
                                  "https://a,https://b"}) {
    EXPECT_FALSE(is_origin(other)) << other;
  }
}

}  // namespace
}  // namespace herd::http
