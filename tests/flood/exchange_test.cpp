#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <random>

#include "flood/side.h"

namespace herd::flood {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string client_name(std::size_t number) {
  return "client" + std::to_string(number);
}

/// Both hold `clients` equal records, told by someone else.
void fill(Side& a, Side& b, std::size_t clients) {
  for (std::size_t i = 0; i < clients; ++i) {
    const auto line = at_line("Bernard", client_name(i), noon, noon);
    a.learn(line);
    b.learn(line);
  }
}

std::uint64_t bytes_of(const Side& a, const Side& b) {
  return a.link.counters().bytes_out + b.link.counters().bytes_out;
}

TEST(Exchange, of_a_hundred_thousand_equal_records_sends_digests_only) {
  Side riley("Riley", "Jaquez", 1, 16);
  Side jaquez("Jaquez", "Riley", 2, 16);
  fill(riley, jaquez, 100'000);
  connect(riley, jaquez, 0);
  EXPECT_EQ(riley.link.counters().records_out, 0U);
  EXPECT_EQ(jaquez.link.counters().records_out, 0U);
  EXPECT_LT(bytes_of(riley, jaquez), 3000U);
  EXPECT_EQ(riley.link.counters().exchanges, 16U);
  EXPECT_FALSE(riley.link.has_unsent());
  settle(riley, jaquez, 0);
  EXPECT_EQ(riley.link.unacknowledged(), 0U) << "its positions are stated all the same";
  EXPECT_EQ(riley.link.lag(second), 0);
  EXPECT_EQ(jaquez.link.lag(second), 0);
}

TEST(Exchange, sends_the_leaves_that_differ_whoever_taught_their_records) {
  Side riley("Riley", "Jaquez", 1);
  Side jaquez("Jaquez", "Riley", 2);
  fill(riley, jaquez, 10'000);
  riley.hear("new-at-Riley", noon);
  riley.hear(client_name(77), noon + second);
  jaquez.hear(client_name(5000), noon + second);
  connect(riley, jaquez, 0);
  EXPECT_EQ(table(riley), table(jaquez));
  EXPECT_EQ(table(riley).size(), 10'001U);
  // Three leaves of 10,001 / 4,096 records or so.
  EXPECT_LT(riley.link.counters().records_out, 30U);
  EXPECT_LT(jaquez.link.counters().records_out, 30U);
  EXPECT_LT(bytes_of(riley, jaquez), 10'000U);
}

TEST(Exchange, asks_about_no_more_than_a_bounded_part_at_a_time) {
  Side riley("Riley", "Jaquez", 1);
  Side jaquez("Jaquez", "Riley", 2);
  fill(riley, jaquez, 70'000);
  for (std::size_t i = 0; i < 70'000; i += 7) riley.hear(client_name(i), noon + second);
  riley.link.connect(0);
  jaquez.link.connect(0);
  std::size_t asks = 0;
  for (;;) {
    const auto from_riley = riley.written(0);
    const auto from_jaquez = jaquez.written(0);
    const bool is_over = from_riley.empty() && from_jaquez.empty() && !riley.link.has_unsent();
    for (const auto& message : split(from_riley)) {
      if (message[4] != '\x06') continue;
      ++asks;
      ASSERT_LE(message.size(), 18'000U);
    }
    ASSERT_TRUE(jaquez.link.receive(0, from_riley));
    ASSERT_TRUE(riley.link.receive(0, from_jaquez));
    if (is_over) break;
  }
  EXPECT_GE(asks, 5U + 3500 / Asker::parents_per_ask);
  EXPECT_EQ(table(riley), table(jaquez));
}

TEST(Exchange, gives_an_emptied_neighbour_everything_after_one_question) {
  Side riley("Riley", "Jaquez", 1);
  Side jaquez("Jaquez", "Riley", 2);
  for (std::size_t i = 0; i < 1000; ++i) riley.hear(client_name(i), noon);
  riley.link.connect(0);
  jaquez.link.connect(0);
  ASSERT_TRUE(riley.link.receive(0, jaquez.written(0)));
  const auto asked = riley.written(0);
  EXPECT_THAT(messages_in(asked), ElementsAre("hello", "ask"));
  ASSERT_TRUE(jaquez.link.receive(0, asked));
  const auto answer = jaquez.written(0);
  EXPECT_THAT(messages_in(answer), ElementsAre("reply", "data 0 records to 0"));
  ASSERT_TRUE(riley.link.receive(0, answer));
  talk(riley, jaquez, 0);
  EXPECT_EQ(jaquez.store.clients(), 1000U);
  EXPECT_EQ(riley.link.counters().records_out, 1000U);
}

TEST(Exchange, lets_what_changes_meanwhile_pass_without_a_position) {
  Side riley("Riley", "Jaquez", 1);
  Side jaquez("Jaquez", "Riley", 2);
  fill(riley, jaquez, 100);
  riley.link.connect(0);
  jaquez.link.connect(0);
  ASSERT_TRUE(riley.link.receive(0, jaquez.written(0)));
  const auto asked = riley.written(0);
  riley.hear("kiwi", noon);
  const auto meanwhile = riley.written(0);
  EXPECT_THAT(messages_in(meanwhile), ElementsAre("data 1 records"));
  EXPECT_THAT(messages_in(riley.written(0)), IsEmpty()) << "it waits for the reply and does not ask again";
  EXPECT_GT(riley.link.next_write(), 0);
  ASSERT_TRUE(jaquez.link.receive(0, asked + meanwhile));
  ASSERT_TRUE(riley.link.receive(0, jaquez.written(0)));
  settle(riley, jaquez, 0);
  EXPECT_EQ(riley.link.unacknowledged(), 0U);
  EXPECT_EQ(table(riley), table(jaquez));
}

TEST(Exchange, mends_any_two_tables_while_both_go_on_changing) {
  constexpr std::uint64_t first_seed = 20261122;
  for (auto seed = first_seed; seed < first_seed + 60; ++seed) {
    std::mt19937_64 random(seed);
    const store::Tuning tuning{.ring_entries = 32, .walk_after_changes = 8, .records_per_leaf = 1};
    const LinkOptions options{.batch_bytes = 200 + random() % 1000};
    Side riley("Riley", "Jaquez", 1, 1 + random() % 3, options, tuning);
    Side jaquez("Jaquez", "Riley", 2, riley.store.size(), options, tuning);
    const auto clients = 1 + random() % 400;
    const auto change = [&](Side& side) {
      side.hear(client_name(random() % clients), noon + static_cast<Time>(random() % 1000) * second);
    };
    fill(riley, jaquez, random() % clients);
    for (auto i = random() % 200; i > 0; --i) change(riley);
    for (auto i = random() % 200; i > 0; --i) change(jaquez);
    riley.link.connect(0);
    jaquez.link.connect(0);
    for (int round = 0; round < 40; ++round) {
      change(riley);
      change(jaquez);
      ASSERT_TRUE(jaquez.link.receive(0, riley.written(0))) << "seed " << seed;
      ASSERT_TRUE(riley.link.receive(0, jaquez.written(0))) << "seed " << seed;
    }
    settle(riley, jaquez, second);
    ASSERT_EQ(table(riley), table(jaquez)) << "seed " << seed;
    ASSERT_EQ(riley.link.unacknowledged(), 0U) << "seed " << seed;
    ASSERT_EQ(jaquez.link.unacknowledged(), 0U) << "seed " << seed;
  }
}

TEST(Exchange, of_a_neighbour_that_was_away_for_long_sends_no_more_than_what_changed_since) {
  Side riley("Riley", "Jaquez", 1);
  Side jaquez("Jaquez", "Riley", 2);
  fill(riley, jaquez, 20'000);
  connect(riley, jaquez, 0);
  settle(riley, jaquez, 0);
  riley.link.disconnect();
  jaquez.link.disconnect();
  // Of 10,000 changes another neighbour has brought Jaquez all but 100.
  for (std::size_t i = 0; i < 10'000; ++i) {
    const auto line = at_line("Bernard", client_name(i), noon + second, noon);
    riley.learn(line);
    if (i % 100 != 0) jaquez.learn(line);
  }
  connect(riley, jaquez, second);
  settle(riley, jaquez, second);
  EXPECT_EQ(table(riley), table(jaquez));
  EXPECT_EQ(riley.link.counters().resumes, 1U);
  EXPECT_LT(riley.link.counters().records_out, 400U) << "leaves hold about one record";
  EXPECT_LT(jaquez.link.counters().records_out, 400U);
}

TEST(Exchange, tells_a_server_that_was_cut_off_when_it_is_level_again) {
  Side riley("Riley", "Jaquez", 1);
  Side jaquez("Jaquez", "Riley", 2);
  fill(riley, jaquez, 10);
  connect(riley, jaquez, 0);
  settle(riley, jaquez, 0);
  for (const bool has_news : {false, true}) {
    riley.link.disconnect();
    jaquez.link.disconnect();
    EXPECT_FALSE(jaquez.link.is_catching_up()) << "it is down, which says enough";
    if (has_news) riley.hear("kiwi", noon);
    riley.link.connect(second);
    jaquez.link.connect(second);
    ASSERT_TRUE(jaquez.link.receive(second, riley.written(second)));
    EXPECT_TRUE(jaquez.link.is_catching_up());
    ASSERT_TRUE(riley.link.receive(second, jaquez.written(second)));
    ASSERT_TRUE(jaquez.link.receive(second, riley.written(second)));
    EXPECT_FALSE(jaquez.link.is_catching_up());
    EXPECT_EQ(jaquez.knows("kiwi"), has_news);
    settle(riley, jaquez, second);
    EXPECT_EQ(riley.link.unacknowledged(), 0U);
    EXPECT_EQ(riley.link.lag(2 * second), 0);
  }
}

TEST(Exchange, with_two_neighbours_at_once_brings_everything_once) {
  Side riley("Riley", "Jaquez", 1);
  Side jaquez("Jaquez", "Riley", 2);
  Side bernard("Bernard", "Riley", 3);
  Link to_bernard(riley.self, "Bernard", riley.store, riley.log, {});
  fill(jaquez, bernard, 1000);
  const auto say = [](Link& from, Link& to, Time now) {
    std::string out;
    from.write(now, out);
    ASSERT_TRUE(to.receive(now, out));
  };
  riley.link.connect(0);
  to_bernard.connect(0);
  jaquez.link.connect(0);
  bernard.link.connect(0);
  for (Time now = 0; now < 200 * millisecond; now += 5 * millisecond) {
    say(jaquez.link, riley.link, now);
    say(bernard.link, to_bernard, now);
    say(riley.link, jaquez.link, now);
    say(to_bernard, bernard.link, now);
  }
  EXPECT_EQ(table(riley), table(jaquez));
  EXPECT_EQ(riley.link.counters().records_in + to_bernard.counters().records_in, 1000U);
  EXPECT_FALSE(to_bernard.is_catching_up());
}

TEST(Exchange, of_a_neighbour_that_hangs_keeps_the_others_away_for_a_second) {
  Side riley("Riley", "Jaquez", 1);
  Side jaquez("Jaquez", "Riley", 2);
  Side bernard("Bernard", "Riley", 3);
  Link to_bernard(riley.self, "Bernard", riley.store, riley.log, {});
  fill(jaquez, bernard, 1000);
  riley.link.connect(0);
  jaquez.link.connect(0);
  // Jaquez asks, is answered, and says nothing more.
  ASSERT_TRUE(jaquez.link.receive(0, riley.written(0)));
  ASSERT_TRUE(riley.link.receive(0, jaquez.written(0)));
  EXPECT_THAT(messages_in(riley.written(0)), testing::Contains("reply"));
  to_bernard.connect(0);
  bernard.link.connect(0);
  Time learnt_at = 0;
  for (Time now = 0; now < 2 * second && learnt_at == 0; now += 5 * millisecond) {
    std::string out;
    bernard.link.write(now, out);
    ASSERT_TRUE(to_bernard.receive(now, out));
    out.clear();
    to_bernard.write(now, out);
    ASSERT_TRUE(bernard.link.receive(now, out));
    if (riley.store.clients() == 1000) learnt_at = now;
    EXPECT_TRUE(learnt_at != 0 || to_bernard.is_catching_up());
  }
  EXPECT_GE(learnt_at, second);
  EXPECT_LE(learnt_at, second + 50 * millisecond);
}

TEST(Exchange, with_the_version_before_sends_the_whole_table_and_no_question) {
  Side riley("Riley", "Jaquez", 1);
  Side jaquez("Jaquez", "Riley", 2, 1, {.version_max = 1});
  fill(riley, jaquez, 100);
  riley.hear("kiwi", noon);
  jaquez.hear("plum", noon);
  connect(riley, jaquez, 0);
  EXPECT_EQ(table(riley), table(jaquez));
  EXPECT_EQ(riley.link.counters().records_out, 101U);
  talk(riley, jaquez, 30 * second);
  riley.link.disconnect();
  jaquez.link.disconnect();
  connect(riley, jaquez, 31 * second);
  EXPECT_EQ(riley.link.counters().resumes, 1U);
}

TEST(Check, after_ten_seconds_without_news_compares_digests_of_everything) {
  Side riley("Riley", "Jaquez", 1, 2);
  Side jaquez("Jaquez", "Riley", 2, 2);
  fill(riley, jaquez, 100);
  connect(riley, jaquez, 0);
  talk(riley, jaquez, second);
  EXPECT_THAT(messages_in(riley.written(9 * second)), ElementsAre("ping"));
  EXPECT_EQ(riley.link.next_write(), 9 * second + 500 * millisecond);
  EXPECT_THAT(messages_in(riley.written(10 * second)), ElementsAre("ping", "check", "check"));
  EXPECT_THAT(messages_in(riley.written(10 * second)), IsEmpty());
}

TEST(Check, that_fails_twice_in_a_row_mends_the_tables_and_is_counted) {
  Side riley("Riley", "Jaquez", 1);
  Side jaquez("Jaquez", "Riley", 2);
  fill(riley, jaquez, 100);
  connect(riley, jaquez, 0);
  // What no network can do: Jaquez takes it that Riley taught it this.
  const store::Neighbor taught_by_riley = 1;
  const auto line = at_line("Riley", "kiwi", noon, noon);
  store::RecordStore::Offer offer{*wire::parse_record(line)};
  ASSERT_TRUE(jaquez.store.take(0, {&offer, 1}, taught_by_riley));
  settle(riley, jaquez, second);
  const auto divergences = [&] { return riley.link.counters().divergences + jaquez.link.counters().divergences; };
  settle(riley, jaquez, 11 * second);
  EXPECT_FALSE(riley.knows("kiwi")) << "once may be chance";
  settle(riley, jaquez, 22 * second);
  settle(riley, jaquez, 23 * second);
  EXPECT_TRUE(riley.knows("kiwi"));
  EXPECT_EQ(table(riley), table(jaquez));
  EXPECT_EQ(divergences(), 2U) << "one at either side";
  for (const Time later : {34, 45, 56}) settle(riley, jaquez, later * second);
  EXPECT_EQ(divergences(), 2U);
}

TEST(Check, of_equal_tables_finds_nothing) {
  Side riley("Riley", "Jaquez", 1);
  Side jaquez("Jaquez", "Riley", 2);
  fill(riley, jaquez, 100);
  connect(riley, jaquez, 0);
  for (Time now = second; now < 100 * second; now += second) {
    if (now == 50 * second) riley.hear("kiwi", noon);
    talk(riley, jaquez, now);
  }
  EXPECT_EQ(riley.link.counters().divergences, 0U);
  EXPECT_EQ(jaquez.link.counters().divergences, 0U);
  EXPECT_EQ(riley.link.counters().exchanges, 1U);
}

/// What Riley says to a neighbour that asks or replies so, after hellos and a whole exchange.
std::string error_after(const std::function<void(std::string&)>& append) {
  Side riley("Riley", "Jaquez", 1);
  Side jaquez("Jaquez", "Riley", 2);
  fill(riley, jaquez, 300);
  connect(riley, jaquez, 0);
  std::string bytes;
  append(bytes);
  const auto received = riley.link.receive(0, bytes);
  return received ? "taken" : received.error().message;
}

TEST(Exchange, with_a_neighbour_that_asks_nonsense_ends_the_connection) {
  const auto ask = [](std::uint16_t partition, std::uint8_t level, std::vector<std::uint32_t> parents,
                      std::size_t cut = 0) {
    return error_after([&](std::string& out) {
      std::string message;
      wire::AskWriter writer(message, partition, 1, level);
      for (const auto parent : parents) writer.add({parent, {}});
      message.resize(message.size() - cut);
      writer.finish();
      out += message;
    });
  };
  EXPECT_EQ(ask(0, 0, {}), "taken");
  EXPECT_EQ(ask(0, 2, {0, 15}), "taken");
  EXPECT_EQ(ask(1, 0, {}), "an ask about partition 1");
  EXPECT_EQ(ask(0, 3, {0}), "an ask below the leaves");
  EXPECT_EQ(ask(0, 0, {0}), "an ask about no node");
  EXPECT_EQ(ask(0, 2, {16}), "an ask about no node");
  EXPECT_EQ(ask(0, 2, {3}, 1), "an ask cut short");
  EXPECT_EQ(ask(0, 1, std::vector<std::uint32_t>(Asker::parents_per_ask, 0)), "taken");
  EXPECT_EQ(ask(0, 1, std::vector<std::uint32_t>(Asker::parents_per_ask + 1, 0)), "an ask about too much at once");
}

TEST(Exchange, takes_no_reply_to_what_was_not_asked) {
  store::RecordStore store("ucla", 1, 1, {.records_per_leaf = 1});
  for (std::size_t i = 0; i < 100; ++i) {
    const auto line = at_line("Riley", client_name(i), noon, noon);
    store::RecordStore::Offer offer{*wire::parse_record(line)};
    store.report({&offer, 1});
  }
  const auto reply = [](std::uint32_t exchange, std::uint8_t level, std::string_view rest) {
    return wire::Reply{0, exchange, level, rest};
  };
  const std::string root("\x02\1\0\0\0\0\0\0\0", 9);
  const auto outcome = [&](const std::vector<wire::Reply>& replies) {
    Asker asker;
    asker.start(7, 0);
    std::string out;
    std::size_t looks_left = 1000;
    asker.proceed(store, 0, looks_left, out);
    for (const auto& each : replies) {
      if (const auto received = asker.receive(each); !received) return received.error().message;
      asker.proceed(store, 0, looks_left, out);
    }
    return std::string("taken");
  };
  EXPECT_EQ(outcome({reply(7, 0, root)}), "taken");
  EXPECT_EQ(outcome({reply(6, 9, "what it said in an earlier exchange")}), "taken");
  EXPECT_EQ(outcome({reply(7, 1, "")}), "a reply to what was not asked");
  EXPECT_EQ(outcome({reply(7, 0, root.substr(1))}), "a reply of the wrong shape");
  EXPECT_EQ(outcome({reply(7, 0, "\x06" + root.substr(1))}), "a reply of the wrong shape");
  EXPECT_EQ(outcome({reply(7, 0, root + "x")}), "a reply cut short");
  EXPECT_EQ(outcome({reply(7, 0, root), reply(7, 1, {"\1\0\0\0\2\0\0\0", 8})}), "taken");
  EXPECT_EQ(outcome({reply(7, 0, root), reply(7, 1, {"\2\0\0\0\1\0\0\0", 8})}), "a reply about what was not asked");
  EXPECT_EQ(outcome({reply(7, 0, root), reply(7, 1, {"\x10\0\0\0", 4})}), "a reply about what was not asked");
  EXPECT_EQ(outcome({reply(7, 0, root), reply(7, 1, {"\1\0\0\0", 4}), reply(7, 2, {"\x20\0\0\0", 4})}),
            "a reply about what was not asked");
}

}  // namespace
}  // namespace herd::flood
