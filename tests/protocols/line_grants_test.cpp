#include <gtest/gtest.h>
#include <memory>
#include <string>

#include "base/logged_traffic.h"
#include "herd/protocols/access.h"
#include "herd/protocols/line_protocol.h"
#include "protocols/credulous_herd.h"

namespace herd::protocols {
namespace {

/// Counts what is denied; nobody asks it for anything else here.
class CountingAccess : public Access {
 public:
  std::shared_ptr<const Grant> grant(const Credentials& /*credentials*/) const override { return nullptr; }
  bool admits(std::string_view /*address*/, unsigned /*requests*/, Time /*now*/) override { return true; }
  void count_denied() override { ++denied; }

  int denied = 0;
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

}  // namespace
}  // namespace herd::protocols
