#include <gtest/gtest.h>
#include <memory>
#include <string>

#include "base/logged_traffic.h"
#include "herd/protocols/access.h"
#include "herd/protocols/line_protocol.h"
#include "protocols/credulous_herd.h"

namespace herd::protocols {
namespace {

/// Counts what is denied, and admits so many commands of 127.0.0.1.
class CountingAccess : public Access {
 public:
  std::shared_ptr<const Grant> grant(const Credentials& /*credentials*/) const override { return nullptr; }
  bool admits(std::string_view address, unsigned requests, Time /*now*/) override {
    EXPECT_EQ(address, "127.0.0.1");
    admitted -= static_cast<int>(requests);
    return admitted >= 0;
  }
  void count_denied() override { ++denied; }

  int denied = 0;
  int admitted = 0;
};

TEST(LineGrants, refuse_what_is_not_granted_in_its_place_among_the_replies_and_count_it) {
  CredulousHerd herd;
  LoggedTraffic log(0);
  CountingAccess access;
  LineProtocol conversation(herd, log, 1024, "127.0.0.1:5");
  conversation.limit_to(
      std::make_shared<const Grant>(std::vector<std::string>{"kiwi"}, std::vector{Verb::report, Verb::read}), access);
  conversation.push(
      "IAMAT kiwi +1+1 5\nIAMAT emu +1+1 5\nIAMAT kiwi +1+1 6\nWHATSAT emu 0 0\nWHATSAT kiwi 1 1\nnonsense\n");
  std::string replies;
  EXPECT_EQ(conversation.advance(5 * second, replies), LineProtocol::Next::input);
  EXPECT_EQ(replies,
            "AT Riley +0.000000000 kiwi +1+1 5\n? IAMAT emu +1+1 5\nAT Riley -1.000000000 kiwi +1+1 6\n"
            "? WHATSAT emu 0 0\n? WHATSAT kiwi 1 1\n? nonsense\n");
  EXPECT_EQ(access.denied, 3);
  EXPECT_EQ(herd.reports, 2U);
}

TEST(LineGrants, commands_over_the_rate_of_their_address_are_refused) {
  CredulousHerd herd;
  LoggedTraffic log(0);
  CountingAccess access;
  access.admitted = 2;
  LineProtocol conversation(herd, log, 1024, "127.0.0.1:5");
  conversation.limit_rate(access);
  conversation.push("IAMAT kiwi +1+1 5\n\nWHATSAT kiwi 0 0\nIAMAT kiwi +1+1 6\n");
  std::string replies;
  EXPECT_EQ(conversation.advance(5 * second, replies), LineProtocol::Next::input);
  EXPECT_TRUE(replies.starts_with("AT Riley +0.000000000 kiwi +1+1 5\nAT Riley +0.000000000 kiwi +1+1 5\n"));
  EXPECT_TRUE(replies.ends_with("\n\n? IAMAT kiwi +1+1 6\n"));
  EXPECT_EQ(herd.reports, 1U);
  EXPECT_EQ(access.denied, 0);
}

}  // namespace
}  // namespace herd::protocols
