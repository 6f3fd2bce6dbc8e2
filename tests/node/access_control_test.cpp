#include "herd/node/access_control.h"

#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <thread>

namespace herd::node {
namespace {

using protocols::Grant;
using protocols::Verb;

constexpr Time start = 1000 * second;

Token token(std::string name, const std::string& secret, Token::Shown shown = Token::Shown::secret) {
  const bool is_certificate = shown == Token::Shown::certificate;
  return {
      name,           shown, is_certificate ? net::Sha256{} : net::sha256(secret), is_certificate ? secret : "", {name},
      {Verb::report}, ""};
}

class AccessControlTest : public testing::Test {
 protected:
  AccessControlTest() {
    access_.use({token("phone", "ph_1"), token("van", "van", Token::Shown::client_id),
                 token("truck", "trucks", Token::Shown::certificate), token("lab", "p:w d")});
  }

  /// Whose grant it is.
  std::string whose(const protocols::Access::Credentials& credentials) const {
    const auto grant = access_.grant(credentials);
    if (!grant) return "nobody's";
    for (const auto* name : {"phone", "van", "truck", "lab"}) {
      if (grant->may(Verb::report, name)) return name;
    }
    return "somebody's";
  }
  std::string with(std::string_view authorization) const { return whose({.authorization = authorization}); }

  AccessControl access_{nullptr};
};

TEST_F(AccessControlTest, revokes_the_grants_of_tokens_that_are_gone_or_say_something_else_and_no_other) {
  const auto phone = access_.grant({.authorization = "Bearer ph_1"});
  const auto lab = access_.grant({.authorization = "Bearer p:w d"});
  const auto truck = access_.grant({.certificate = "trucks"});
  auto other_lab = token("lab", "p:w d");
  other_lab.may.push_back(Verb::read);
  const std::vector<Token> tokens = {token("phone", "ph_1"), other_lab, token("new", "ph_9")};
  access_.use(tokens);
  EXPECT_TRUE(phone->may(Verb::report, "phone"));
  EXPECT_TRUE(lab->is_revoked());
  EXPECT_FALSE(lab->may(Verb::report, "lab"));
  EXPECT_TRUE(truck->is_revoked());
  EXPECT_TRUE(access_.grant({.authorization = "Bearer p:w d"})->may(Verb::read, "lab"));
  access_.use(tokens);
  EXPECT_FALSE(phone->is_revoked()) << "it is the one that is in use still";
  access_.use({});
  EXPECT_TRUE(phone->is_revoked());
}

TEST_F(AccessControlTest, knows_a_bearer_token) {
  EXPECT_EQ(with("Bearer ph_1"), "phone");
  EXPECT_EQ(with("bEARER   ph_1 "), "phone");
  EXPECT_EQ(with("Bearer ph_2"), "nobody's");
  EXPECT_EQ(with("Bearer"), "nobody's");
  EXPECT_EQ(with("Bearer "), "nobody's");
  EXPECT_EQ(with("Bearerph_1"), "nobody's");
  EXPECT_EQ(with("ph_1"), "nobody's");
  EXPECT_EQ(with("Digest ph_1"), "nobody's");
}

TEST_F(AccessControlTest, knows_a_token_as_password_of_any_user) {
  EXPECT_EQ(with("Basic cGhvbmU6cGhfMQ=="), "phone");  // phone:ph_1
  EXPECT_EQ(with("basic Ym9iOnBoXzE="), "phone");      // bob:ph_1
  EXPECT_EQ(with("Basic OnBoXzE="), "phone");          // :ph_1
  EXPECT_EQ(with("Basic eDpwOncgZA=="), "lab");        // x:p:w d
  EXPECT_EQ(with("Basic cGhfMTo="), "nobody's");       // ph_1:
  EXPECT_EQ(with("Basic cGhfMQ=="), "nobody's");       // ph_1
  EXPECT_EQ(with("Basic cGhvbmU6cGhfMg=="), "nobody's");
  EXPECT_EQ(with("Basic ***"), "nobody's");
}

TEST_F(AccessControlTest, knows_a_certificate_and_an_id_each_for_what_it_is) {
  EXPECT_EQ(whose({.certificate = "trucks"}), "truck");
  EXPECT_EQ(whose({.secret_id = "van"}), "van");
  EXPECT_EQ(whose({.secret_id = "trucks"}), "nobody's");
  EXPECT_EQ(whose({.certificate = "van"}), "nobody's");
  EXPECT_EQ(whose({.secret_id = "ph_1"}), "nobody's");
  EXPECT_EQ(with("Bearer van"), "nobody's");
  EXPECT_EQ(with("Bearer trucks"), "nobody's");
  EXPECT_EQ(whose({}), "nobody's");
}

TEST_F(AccessControlTest, goes_by_the_first_that_it_knows) {
  EXPECT_EQ(whose({.authorization = "Bearer ph_1", .secret_id = "van", .certificate = "trucks"}), "phone");
  EXPECT_EQ(whose({.authorization = "Bearer wrong", .secret_id = "van", .certificate = "trucks"}), "truck");
  EXPECT_EQ(whose({.authorization = "Bearer wrong", .secret_id = "van", .certificate = "wrong"}), "van");
}

TEST_F(AccessControlTest, does_not_take_a_hash_for_the_secret) {
  EXPECT_EQ(with("Bearer " + net::hex_of(net::sha256("ph_1"))), "nobody's");
}

TEST(AccessControl, without_tokens_lets_everybody_do_everything) {
  const AccessControl access(nullptr);
  EXPECT_FALSE(access.needs_tokens());
  EXPECT_EQ(access.grant({}), Grant::everything());
  EXPECT_EQ(access.grant({.authorization = "Bearer wrong"}), Grant::everything());
}

TEST(AccessControl, of_no_token_at_all_lets_nobody_in) {
  AccessControl access(nullptr);
  access.use({});
  EXPECT_TRUE(access.needs_tokens());
  EXPECT_EQ(access.grant({}), nullptr);
}

TEST(AccessControl, reads_its_file_again_and_keeps_what_it_knew_if_that_is_broken) {
  auto file = std::string("/tmp/herd-access-XXXXXX");
  const int descriptor = mkstemp(file.data());
  ASSERT_GE(descriptor, 0);
  close(descriptor);
  AccessControl access(nullptr);
  ASSERT_TRUE(write_tokens(file, {token("a", "one")}));
  ASSERT_TRUE(access.read(file));
  EXPECT_NE(access.grant({.authorization = "Bearer one"}), nullptr);

  std::ofstream(file, std::ios::trunc) << "[[token]]\nname = 7\n";
  const auto broken = access.read(file);
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().message.substr(0, file.size() + 3), file + ":1:");
  EXPECT_NE(access.grant({.authorization = "Bearer one"}), nullptr);

  ASSERT_TRUE(write_tokens(file, {token("b", "two")}));
  ASSERT_TRUE(access.read(file));
  EXPECT_EQ(access.grant({.authorization = "Bearer one"}), nullptr);
  EXPECT_NE(access.grant({.authorization = "Bearer two"}), nullptr);
  EXPECT_EQ(access.read(file).value(), std::nullopt);
  std::filesystem::permissions(file, std::filesystem::perms::others_write, std::filesystem::perm_options::add);
  EXPECT_EQ(access.read(file).value(), wrong_with_mode(file, {}));
  EXPECT_NE(wrong_with_mode(file, {}), std::nullopt);
  EXPECT_EQ(access.counters().tokens, 1U);
  std::filesystem::remove(file);
}

TEST(AccessControl, may_be_asked_while_tokens_are_read) {
  AccessControl access(nullptr);
  access.use({token("a", "one")});
  std::atomic<int> missing = 0;
  std::thread asking([&] {
    for (int i = 0; i < 10'000; ++i) missing += access.grant({.authorization = "Bearer one"}) == nullptr ? 1 : 0;
  });
  for (int i = 0; i < 200; ++i) access.use({token("a", "one"), token("b", std::to_string(i))});
  asking.join();
  EXPECT_EQ(missing, 0);
}

TEST(AccessControl, refuses_more_than_an_address_may_ask_and_counts_it) {
  AccessControl access(std::make_unique<RateLimits>(10, 100, 1));
  EXPECT_TRUE(access.admits("192.0.2.1", 100, start));
  EXPECT_FALSE(access.admits("192.0.2.1", 1, start));
  EXPECT_TRUE(access.admits("192.0.2.2", 1, start));
  EXPECT_TRUE(access.admits("192.0.2.1", 10, start + second));
  EXPECT_FALSE(access.admits("192.0.2.1", 3, start + second));
  access.count_denied();
  const auto counters = access.counters();
  EXPECT_EQ(counters.requests_refused, 4U);
  EXPECT_EQ(counters.denied, 1U);
}

TEST(AccessControl, counts_an_IPv6_network_as_one_address) {
  AccessControl access(std::make_unique<RateLimits>(1, 1, 1));
  EXPECT_TRUE(access.admits("2001:db8:0:1::1", 1, start));
  EXPECT_FALSE(access.admits("2001:db8:0:1:ffff::2", 1, start));
  EXPECT_FALSE(access.admits("[2001:db8:0:1::3]", 1, start));
  EXPECT_TRUE(access.admits("2001:db8:0:2::1", 1, start));
  EXPECT_TRUE(access.admits("[2001:db8:0:3::1]", 1, start));
  EXPECT_FALSE(access.admits("[2001:db8:0:3::2]", 1, start));
  EXPECT_TRUE(access.admits("::ffff:192.0.2.1", 1, start));
  EXPECT_TRUE(access.admits("::ffff:192.0.2.2", 1, start));
  EXPECT_TRUE(access.admits("fe80::1%eth0", 1, start));
  EXPECT_FALSE(access.admits("fe80::2%eth0", 1, start));
}

TEST(AccessControl, without_a_limit_admits_whatever_comes) {
  AccessControl access(nullptr);
  EXPECT_TRUE(access.admits("192.0.2.1", 1'000'000'000, start));
}

}  // namespace
}  // namespace herd::node
