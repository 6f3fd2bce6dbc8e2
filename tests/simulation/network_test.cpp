#include "herd/simulation/network.h"

#include <gtest/gtest.h>
#include <string>

namespace herd::simulation {
namespace {

struct TwoEnds : testing::Test {
  EventQueue events;
  Random random{1};
  Network network{events, random, {{.delay = 5 * millisecond}}};
  std::uint32_t connection = network.open(0, 0, 1);

  /// What reaches side 1 until `end`, by the network's own events.
  std::string arrived(Time end) {
    std::string bytes;
    while (events.next_at() <= end) {
      const auto event = events.pop();
      if (event.kind == Event::Kind::arrival && network.is_due(event)) {
        bytes += network.take(event.at, event.index, event.side);
      }
    }
    return bytes;
  }
};

TEST_F(TwoEnds, bytes_arrive_in_order_after_their_delay) {
  for (const auto* word : {"one ", "two ", "three"}) network.write(0, connection, 0, word);
  EXPECT_EQ(arrived(5 * millisecond - 1), "");
  EXPECT_EQ(arrived(5 * millisecond), "one two three");
}

TEST_F(TwoEnds, a_cut_lets_a_beginning_of_what_is_under_way_arrive_and_nothing_after_it) {
  bool whole = false;
  bool nothing = false;
  bool torn = false;
  for (int i = 0; i < 100; ++i) {
    connection = network.open(0, 0, 1);
    network.write(0, connection, 0, "abc");
    network.cut(0, 0, 1);
    network.write(0, connection, 0, "def");
    const auto bytes = arrived(second);
    EXPECT_TRUE(std::string("abc").starts_with(bytes)) << bytes;
    whole |= bytes == "abc";
    nothing |= bytes.empty();
    torn |= bytes == "a" || bytes == "ab";
    network.close(second, connection, 0, Farewell::silent);
    network.close(second, connection, 1, Farewell::silent);
    network.mend(second, 0);
  }
  EXPECT_TRUE(whole && nothing && torn);
}

TEST_F(TwoEnds, a_mended_cable_delivers_the_rest_or_nothing_more) {
  bool rest = false;
  bool broken = false;
  for (int i = 0; i < 100; ++i) {
    connection = network.open(0, 0, 1);
    network.write(0, connection, 0, "abcdef");
    network.cut(0, 0, 1);
    auto bytes = arrived(second);
    network.mend(second, 0);
    const auto later = arrived(2 * second);
    EXPECT_EQ((bytes + later).substr(0, bytes.size() + later.size()),
              std::string("abcdef", bytes.size() + later.size()));
    rest |= bytes.size() < 6 && bytes + later == "abcdef";
    broken |= bytes.size() < 6 && later.empty();
    network.close(2 * second, connection, 0, Farewell::silent);
    network.close(2 * second, connection, 1, Farewell::silent);
  }
  EXPECT_TRUE(rest && broken);
}

TEST_F(TwoEnds, the_word_of_a_closed_end_comes_after_the_bytes_before_it) {
  network.write(0, connection, 0, "the rest");
  network.close(0, connection, 0, Farewell::after_the_rest);
  std::string seen;
  while (events.next_at() != never) {
    const auto event = events.pop();
    if (event.kind == Event::Kind::arrival && network.is_due(event)) {
      seen += network.take(event.at, event.index, event.side);
    }
    if (event.kind == Event::Kind::closed && network.is_told(event)) seen += "|";
  }
  EXPECT_EQ(seen, "the rest|");
}

TEST_F(TwoEnds, a_silent_end_is_found_by_writing_to_it) {
  network.close(0, connection, 1, Farewell::silent);
  EXPECT_EQ(events.next_at(), never);
  network.write(0, connection, 0, "hello?");
  const auto arrival = events.pop();
  ASSERT_TRUE(network.is_due(arrival));
  network.refuse(arrival.at, connection, 1);
  const auto word = events.pop();
  EXPECT_EQ(word.side, 0);
  EXPECT_EQ(word.at, 10 * millisecond);
  EXPECT_TRUE(network.is_told(word));
}

TEST(Network, a_slow_cable_takes_its_time_and_has_little_room) {
  EventQueue events;
  Random random{1};
  Network network(events, random, {{.delay = 0, .per_byte = millisecond, .capacity = 100}});
  const auto connection = network.open(0, 0, 1);
  EXPECT_TRUE(network.has_room(connection, 0));
  network.write(0, connection, 0, std::string(100, 'x'));
  EXPECT_FALSE(network.has_room(connection, 0));
  Time last = 0;
  while (events.next_at() != never) {
    const auto event = events.pop();
    if (!network.is_due(event)) continue;
    network.take(event.at, connection, 1);
    last = event.at;
  }
  EXPECT_EQ(last, 100 * millisecond);
  EXPECT_TRUE(network.has_room(connection, 0));
}

}  // namespace
}  // namespace herd::simulation
