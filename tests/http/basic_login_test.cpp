#include "herd/http/basic_login.h"

#include <gtest/gtest.h>

namespace herd::http {
namespace {

TEST(BasicLogin, names_the_user) {
  EXPECT_EQ(basic_login("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), "Aladdin") << "RFC 7617 section 2";
  EXPECT_EQ(basic_login("basic dGVzdDoxMjPCow=="), "test") << "RFC 7617 section 2.1";
  EXPECT_EQ(basic_login("BASIC  amFuZTo6OmE "), "jane") << "a password may have colons";
  EXPECT_EQ(basic_login("Basic amFuZTo"), "jane");
}

TEST(BasicLogin, is_empty_for_anything_else) {
  for (const auto* const field : {"", "Basic", "Basic ", "Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Basic amFuZQ==",
                                  "Basic !!!!", "Basic QWxh ZGRpbjpvcGVu", "Basic OnNlY3JldA==", "Basic ===="}) {
    EXPECT_EQ(basic_login(field), "") << field;
  }
}

}  // namespace
}  // namespace herd::http
