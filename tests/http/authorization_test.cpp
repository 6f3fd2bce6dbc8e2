#include "herd/http/authorization.h"

#include <gtest/gtest.h>

namespace herd::http {
namespace {

TEST(Authorization, has_a_scheme_in_any_case) {
  EXPECT_EQ(after_scheme("Bearer ph_1", "bearer"), "ph_1");
  EXPECT_EQ(after_scheme(" bEARER   ph_1 ", "bearer"), "ph_1");
  EXPECT_EQ(after_scheme("Bearer", "bearer"), "");
  for (const auto* const field : {"", "Bearerph_1", "Basic ph_1", "ph_1", "@EARER ph_1"}) {
    EXPECT_EQ(after_scheme(field, "bearer"), std::nullopt) << field;
  }
}

TEST(Authorization, of_a_user_has_a_name_and_a_password) {
  EXPECT_EQ(basic_login("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), (Login{"Aladdin", "open sesame"}))
      << "RFC 7617 section 2";
  EXPECT_EQ(basic_login("basic dGVzdDoxMjPCow=="), (Login{"test", "123\xc2\xa3"})) << "RFC 7617 section 2.1";
  EXPECT_EQ(basic_login("BASIC  amFuZTo6OmE= "), (Login{"jane", "::a"})) << "a password may have colons";
  EXPECT_EQ(basic_login("Basic amFuZTo="), (Login{"jane", ""}));
  EXPECT_EQ(basic_login("Basic OnNlY3JldA=="), (Login{"", "secret"}));
}

TEST(Authorization, that_is_anything_else_is_no_login) {
  for (const auto* const field : {"", "Basic", "Basic ", "Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Basic amFuZQ==",
                                  "Basic amFuZTo", "Basic !!!!", "Basic QWxh ZGRpbjpvcGVu", "Basic ===="}) {
    EXPECT_EQ(basic_login(field), std::nullopt) << field;
  }
}

TEST(Authorization, that_is_missing_is_asked_for) {
  const auto response = unauthorized("say who you are");
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(response.body, R"({"type":"about:blank","title":"Unauthorized","status":401,"detail":"say who you are"})"
                           "\n");
}

}  // namespace
}  // namespace herd::http
