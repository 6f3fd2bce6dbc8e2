#include "herd/http/query_string.h"

#include <gtest/gtest.h>

namespace herd::http {
namespace {

std::string fields(std::string_view query) {
  std::string out;
  while (const auto field = take_query_field(query)) {
    (((out += '<') += field->name) += '|') += field->value;
    out += '>';
  }
  return out;
}

TEST(QueryString, is_fields_with_names_and_values) {
  EXPECT_EQ(fields("a=1&b=2"), "<a|1><b|2>");
  EXPECT_EQ(fields("a"), "<a|>");
  EXPECT_EQ(fields("a=&=b&c=d=e"), "<a|><|b><c|d=e>");
  EXPECT_EQ(fields("&&a=1&&"), "<a|1>");
  EXPECT_EQ(fields(""), "");
}

TEST(QueryString, stands_for_any_bytes) {
  EXPECT_EQ(query_decoded("a+b%2B%c3%A9%00x"), std::string("a b+\xc3\xa9\0x", 8));
  EXPECT_EQ(percent_decoded("a+b%2f"), "a+b/");
  for (const auto* const wrong : {"%", "%4", "a%4", "%g0", "%0g", "%-1", "%+1", "% 1"}) {
    EXPECT_EQ(query_decoded(wrong), std::nullopt) << wrong;
  }
}

}  // namespace
}  // namespace herd::http
