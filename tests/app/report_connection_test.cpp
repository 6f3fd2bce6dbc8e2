#include "herd/app/report_connection.h"

#include <gtest/gtest.h>
#include <string>

#include "net/loopback_listener.h"

namespace herd::app {
namespace {

const Course course{{"east", {{{0, 0}, 100 * second}, {{0, 20}, 101 * second}}}};

/// One client's reports to a port of 127.0.0.1, by a clock that the test sets.
class ReportConnectionTest : public testing::Test {
 protected:
  ReportConnection connection(std::optional<net::ServerTrust> trust) {
    Fleet fleet{false};
    fleet.add("east", course, 0);
    return {"Riley", {"127.0.0.1", listener_.port()}, std::move(trust), std::move(fleet), 0, [this](const auto& line) {
              said_ += line + '\n';
            }};
  }

  static void turn(ReportConnection& connection, Time now, short revents = 0) {
    connection.take_turn(revents, {.steady = now, .posix = now, .play = std::nullopt});
  }

  /// Dials at `now`, until the listener's system has taken the call.
  static void dial(ReportConnection& connection, Time now) {
    turn(connection, now);
    auto entry = connection.poll_entry();
    ASSERT_EQ(::poll(&entry, 1, 20'000), 1);
    turn(connection, now, entry.revents);
  }

  const std::string where_ = "Riley at 127.0.0.1:";
  net::LoopbackListener listener_;  // the system accepts, and nobody answers
  std::string said_;
};

TEST_F(ReportConnectionTest, waits_3_s_for_a_connection_and_gives_up_whom_it_never_reached_after_5_s) {
  auto calling = connection(std::nullopt);
  turn(calling, 0);
  turn(calling, 3 * second - 1);
  EXPECT_EQ(calling.wake_at(), 3 * second);
  turn(calling, 3 * second);
  EXPECT_EQ(calling.wake_at(), 3 * second + 100 * millisecond);
  EXPECT_EQ(said_, "");
  turn(calling, 3100 * millisecond);
  turn(calling, 6100 * millisecond);
  EXPECT_TRUE(calling.done());
  EXPECT_EQ(said_, "cannot connect to " + where_ + std::to_string(listener_.port()) +
                       ": no answer to a connection attempt within 3 s; is it running? (proxyherd status)\n");
}

TEST_F(ReportConnectionTest, waits_3_s_for_the_handshake_too) {
  auto calling = connection(net::ServerTrust::read({}).value());
  dial(calling, 0);
  turn(calling, 3 * second - 1);
  EXPECT_EQ(calling.wake_at(), 3 * second);
  turn(calling, 3 * second);
  EXPECT_EQ(calling.wake_at(), 3 * second + 100 * millisecond);
  EXPECT_EQ(said_, "");
  dial(calling, 3100 * millisecond);
  turn(calling, 6100 * millisecond);
  EXPECT_TRUE(calling.done());
  EXPECT_FALSE(calling.ever_connected());
  EXPECT_EQ(calling.counts().sent, 0U);
  EXPECT_EQ(said_, "cannot connect to " + where_ + std::to_string(listener_.port()) +
                       ": no TLS handshake within 3 s; does it speak TLS?\n");
}

}  // namespace
}  // namespace herd::app
