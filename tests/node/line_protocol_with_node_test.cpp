// The line protocol over a real node: the rules of protocol.md as the bytes that go in and come out.

#include <gtest/gtest.h>
#include <string>

#include "herd/node/node.h"
#include "protocols/conversation.h"

namespace herd::node {
namespace {

using protocols::Conversation;

constexpr Time now = 1621464828'223371889;

struct LineProtocolWithNode : testing::Test {
  std::string say(std::string_view bytes, Time at = now) { return client.say(bytes, at); }

  /// The stored line of a client, as WHATSAT tells it.
  std::string stored(const std::string& name) {
    const auto answer = Conversation(node).say("WHATSAT " + name + " 0 0\n", now);
    return answer.substr(0, answer.find('\n'));
  }

  Node node{"ucla", "Riley", 3, 1};
  Conversation client{node};
};

TEST_F(LineProtocolWithNode, holds_the_conversation_of_the_assignment) {
  EXPECT_EQ(say("IAMAT kiwi.cs.ucla.edu +34.068930-118.445127 1621464827.959498503\n"
                "WHATSAT kiwi.cs.ucla.edu 10 5\n"
                "FLUFFYDOG\n"),
            "AT Riley +0.263873386 kiwi.cs.ucla.edu +34.068930-118.445127 1621464827.959498503\n"
            "AT Riley +0.263873386 kiwi.cs.ucla.edu +34.068930-118.445127 1621464827.959498503\n"
            "{\"near\": [340689300, -1184451270],\n \"radius_m\": 10000.000000, \"limit\": 5}\n"
            "\n"
            "? FLUFFYDOG\n");
}

TEST_F(LineProtocolWithNode, tells_the_clock_skew_with_sign_and_nine_digits) {
  EXPECT_EQ(say("IAMAT kiwi +1+1 1621464828.223371889\n"), "AT Riley +0.000000000 kiwi +1+1 1621464828.223371889\n");
  EXPECT_EQ(say("IAMAT kiwi +1+1 1621464828.223371890\n"), "AT Riley -0.000000001 kiwi +1+1 1621464828.223371890\n");
  EXPECT_EQ(say("IAMAT kiwi +1+1 0\n"), "AT Riley +1621464828.223371889 kiwi +1+1 0\n");
  EXPECT_EQ(say("IAMAT kiwi +1+1 9223372035.999999999\n"),
            "AT Riley -7601907207.776628110 kiwi +1+1 9223372035.999999999\n");
}

TEST_F(LineProtocolWithNode, copies_client_location_and_time_byte_for_byte) {
  EXPECT_EQ(say("\t IAMAT\vk\xc2\xa0\x1c\xff\f+034.06893000-0118.445127\r 01621464828.2233718890001 \r\n"),
            "AT Riley +0.000000000 k\xc2\xa0\x1c\xff +034.06893000-0118.445127 01621464828.2233718890001\n");
  EXPECT_EQ(stored("k\xc2\xa0\x1c\xff"),
            "AT Riley +0.000000000 k\xc2\xa0\x1c\xff +034.06893000-0118.445127 01621464828.2233718890001");
  EXPECT_EQ(say("IAMAT kiwi +1+1 1621464827.\n"), "AT Riley +1.223371889 kiwi +1+1 1621464827.\n");
}

TEST_F(LineProtocolWithNode, copies_a_client_of_4096_bytes_and_refuses_one_more) {
  const std::string name(4096, 'x');
  EXPECT_EQ(say("IAMAT " + name + " +1+1 1621464828.223371889\n"),
            "AT Riley +0.000000000 " + name + " +1+1 1621464828.223371889\n");
  EXPECT_EQ(say("IAMAT " + name + "x +1+1 5\n"), "? IAMAT " + name + "x +1+1 5\n");
}

TEST_F(LineProtocolWithNode, stores_the_newest_report_of_a_client_and_answers_each) {
  EXPECT_EQ(say("IAMAT kiwi +1+1 1621464828\n"
                "IAMAT kiwi +2+2 1621464827\n"
                "IAMAT kiwi +1+1 1621464828\n"),
            "AT Riley +0.223371889 kiwi +1+1 1621464828\n"
            "AT Riley +1.223371889 kiwi +2+2 1621464827\n"
            "AT Riley +0.223371889 kiwi +1+1 1621464828\n");
  EXPECT_EQ(stored("kiwi"), "AT Riley +0.223371889 kiwi +1+1 1621464828");
}

TEST_F(LineProtocolWithNode, decides_between_equal_times_by_the_record_whatever_came_first) {
  say("IAMAT kiwi +1+1 1621464828\nIAMAT kiwi +2+2 1621464828\n");
  say("IAMAT emu +2+2 1621464828\nIAMAT emu +1+1 1621464828\n");
  EXPECT_EQ(stored("kiwi"), "AT Riley +0.223371889 kiwi +2+2 1621464828");
  EXPECT_EQ(stored("emu"), "AT Riley +0.223371889 emu +2+2 1621464828");
  say("IAMAT kiwi +9+9 1621464828\n", now + 1);
  EXPECT_EQ(stored("kiwi"), "AT Riley +0.223371889 kiwi +2+2 1621464828");
}

TEST_F(LineProtocolWithNode, tells_the_line_of_the_server_that_heard_the_client) {
  store::RecordStore::Offer offer{wire::parse_record("AT Bernard -3.000000001 kiwi -17.8+179.99 1621464828").value()};
  ASSERT_TRUE(node.store().take(node.store().partition_of("kiwi"), {&offer, 1}, 1));
  EXPECT_EQ(say("WHATSAT kiwi 50 20\n"),
            "AT Bernard -3.000000001 kiwi -17.8+179.99 1621464828\n"
            "{\"near\": [-178000000, 1799900000],\n \"radius_m\": 50000.000000, \"limit\": 20}\n\n");
}

TEST_F(LineProtocolWithNode, refuses_new_clients_beyond_the_bound_and_stays_usable) {
  EXPECT_EQ(say("IAMAT a +1+1 5\nIAMAT b +1+1 5\nIAMAT c +1+1 5\nIAMAT  d  +1+1 5\nIAMAT a +2+2 1621464828\n"),
            "AT Riley +1621464823.223371889 a +1+1 5\n"
            "AT Riley +1621464823.223371889 b +1+1 5\n"
            "AT Riley +1621464823.223371889 c +1+1 5\n"
            "? IAMAT  d  +1+1 5\n"
            "AT Riley +0.223371889 a +2+2 1621464828\n");
  EXPECT_EQ(stored("d"), "? WHATSAT d 0 0");
  EXPECT_EQ(node.counters().clients_refused, 1U);
  EXPECT_EQ(node.counters().reports, 4U);
}

TEST_F(LineProtocolWithNode, leaves_what_is_stored_as_it_was_when_a_command_is_invalid) {
  const auto line = say("IAMAT kiwi +1+1 5\n");
  for (const std::string command :
       {"IAMAT kiwi +2+2 6 more", "IAMAT kiwi +2+2 nan", "IAMAT kiwi +2+2 9223372036", "IAMAT kiwi +91+2 6",
        "IAMAT kiwi +2+181 6", "IAMAT kiwi 2+2 6", "IAMAT kiwi +2,+2 6", "IAMAT kiwi +2+2 -6", "iamat kiwi +2+2 6",
        "AT Riley +0.000000000 kiwi +2+2 6", "IAMAT kiwi +2 +2 6", "IAMAT +2+2 6"}) {
    EXPECT_EQ(say(command + "\n"), "? " + command + "\n");
  }
  EXPECT_EQ(stored("kiwi") + "\n", line);
  EXPECT_EQ(node.counters().invalid_commands, 12U);
}

TEST_F(LineProtocolWithNode, gives_the_same_replies_wherever_the_stream_is_cut) {
  const std::string_view bytes =
      "IAMAT kiwi +1+1 1621464828\r\nIAMAT kiwi +2+2 7\n\nWHATSAT kiwi 10 5\n?\nIAMAT a +1+1 5\nIAMAT b +1+1 5\nIAMAT "
      "c "
      "+1+1 5\nWHATSAT c 1 1\nWHATSAT b 1 1";
  const auto whole = say(bytes) + client.hang_up(now);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    Node anew("ucla", "Riley", 3, cut);
    Conversation other(anew);
    auto replies = other.say(bytes.substr(0, cut), now);
    replies += other.say(bytes.substr(cut), now);
    replies += other.hang_up(now);
    ASSERT_EQ(replies, whole) << "cut at " << cut;
  }
}

}  // namespace
}  // namespace herd::node
