#include "herd/http/content_encoding.h"

#include <gtest/gtest.h>

namespace herd::http {
namespace {

using Fields = std::vector<std::pair<std::string_view, std::string_view>>;

std::optional<HttpResponse> refusal(const Fields& fields) {
  return refuse_encoded_body({"POST", "/pub", fields, "127.0.0.1:5"});
}

TEST(ContentEncoding, is_refused_by_its_name_with_what_is_taken_instead) {
  const auto gzip = refusal({{"content-encoding", "gzip"}});
  ASSERT_TRUE(gzip);
  EXPECT_EQ(gzip->status, 415);
  EXPECT_EQ(gzip->content_type, "application/problem+json");
  EXPECT_EQ(gzip->body,
            R"({"type":"about:blank","title":"Unsupported Media Type","status":415,"detail":"Content-Encoding is )"
            R"(\"gzip\"; bodies are taken only as they are: send this one uncompressed, and leave the field out"})"
            "\n");
  EXPECT_EQ(gzip->fields, (decltype(gzip->fields){{"Accept-Encoding", "identity"}}));
  EXPECT_TRUE(refusal({{"Content-Encoding", "identity"}, {"Content-Encoding", "br"}})) << "in two fields";
  EXPECT_TRUE(refusal({{"Content-Encoding", "deflate, gzip"}}));
}

TEST(ContentEncoding, is_taken_if_it_is_none) {
  EXPECT_FALSE(refusal({}));
  EXPECT_FALSE(refusal({{"Content-Encoding", ""}}));
  EXPECT_FALSE(refusal({{"Content-Encoding", "Identity"}}));
  EXPECT_FALSE(refusal({{"Accept-Encoding", "gzip"}}));
}

}  // namespace
}  // namespace herd::http
