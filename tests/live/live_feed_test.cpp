#include "herd/live/live_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "herd/wire/attributes.h"
#include "live_listener.h"

namespace herd::live {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(LiveFeed, tells_who_comes_moves_and_leaves) {
  LiveScene scene;
  scene.herd.say("here", "+0.5+0.5", 100);
  LiveListener listener(scene, around_zero);
  scene.tick();
  listener.heard();

  scene.herd.say("new", "+0.1+0.1", 101);
  scene.herd.say("elsewhere", "+5+5", 101);
  scene.tick();
  EXPECT_EQ(listener.heard(), changes(told("new", "0.1", "0.1", 101)));

  scene.herd.say("here", "+0.6+0.6", 102);
  scene.herd.say("new", "+1.1+0.1", 102);
  scene.pass(LiveFeed::batch_every);
  EXPECT_EQ(listener.heard(), changes(told("here", "0.6", "0.6", 102), "\"new\""));

  scene.herd.say("new", "+1.2+0.1", 103);
  scene.pass(second);
  EXPECT_EQ(listener.heard(), "");
}

TEST(LiveFeed, who_was_only_in_the_snapshot_is_told_to_have_left) {
  LiveScene scene;
  scene.herd.say("here", "+0.5+0.5", 100);
  LiveListener circle(scene, Circle{{0, 0}, 100'000});
  LiveListener box(scene, around_zero);
  scene.tick();
  circle.heard();
  box.heard();
  scene.herd.say("here", "+50+0.5", 101);
  scene.pass(LiveFeed::batch_every);
  EXPECT_EQ(circle.heard(), changes("", "\"here\""));
  EXPECT_EQ(box.heard(), changes("", "\"here\""));
}

TEST(LiveFeed, who_is_forgotten_has_left) {
  LiveScene scene;
  scene.herd.say("here", "+0.5+0.5", 100);
  LiveListener box(scene, around_zero);
  LiveListener list(scene, Clients{"here"});
  scene.tick();
  box.heard();
  list.heard();
  EXPECT_TRUE(scene.herd.forget("here", scene.now));
  scene.pass(LiveFeed::batch_every);
  EXPECT_EQ(box.heard(), changes("", "\"here\""));
  EXPECT_EQ(list.heard(), changes("", "\"here\""));
  LiveListener late(scene, Clients{"here"});
  scene.tick();
  EXPECT_EQ(late.heard(), snapshot(""));
}

TEST(LiveFeed, attributes_are_told_and_ids_are_escaped) {
  LiveScene scene;
  LiveListener listener(scene, around_zero);
  scene.tick();
  listener.heard();
  wire::Attributes attributes;
  attributes.battery_percent = 81;
  scene.herd.say("a\"b\\", "+0.5+0.5", 100, wire::pack(attributes));
  scene.pass(LiveFeed::batch_every);
  auto expected = told(R"(a\"b\\)", "0.5", "0.5", 100);
  expected.insert(expected.size() - 1, R"(,"attributes":{"battery_percent":81})");
  EXPECT_EQ(listener.heard(), changes(expected));
  scene.herd.say("a\"b\\", "+1.5+0.5", 101);
  scene.pass(LiveFeed::batch_every);
  EXPECT_EQ(listener.heard(), changes("", R"("a\"b\\")"));
}

TEST(LiveFeed, a_box_may_cross_the_antimeridian) {
  LiveScene scene;
  scene.herd.say("east", "+0-179.5", 100);
  LiveListener listener(scene, geo::Box{{-10'000'000, 1'790'000'000}, {10'000'000, -1'790'000'000}});
  scene.tick();
  EXPECT_EQ(listener.heard(), snapshot(told("east", "0", "-179.5", 100)));
  scene.herd.say("east", "+0+179.5", 101);
  scene.pass(LiveFeed::batch_every);
  EXPECT_EQ(listener.heard(), changes(told("east", "0", "179.5", 101)));
  scene.herd.say("east", "+0+180", 102);
  scene.pass(LiveFeed::batch_every);
  EXPECT_EQ(listener.heard(), changes(told("east", "0", "180", 102)));
  scene.herd.say("east", "+0+178.5", 103);
  scene.pass(LiveFeed::batch_every);
  EXPECT_EQ(listener.heard(), changes("", "\"east\""));
}

TEST(LiveFeed, gives_no_subscriber_more_than_ten_batches_a_second_and_the_newest_in_each) {
  LiveScene scene;
  LiveListener listener(scene, around_zero);
  scene.pass(LiveFeed::batch_every);
  listener.heard();
  constexpr auto ticks_a_second = static_cast<std::size_t>(second / LiveFeed::tick_every);
  for (std::size_t i = 0; i < ticks_a_second; ++i) {
    scene.herd.say("busy", "+0.5+0.5", 100 + i);
    scene.tick();
  }
  EXPECT_EQ(scene.feed.counters().batches, 10U);
  const auto heard = listener.heard();
  EXPECT_THAT(heard, StartsWith(changes(told("busy", "0.5", "0.5", 100)) +
                                changes(told("busy", "0.5", "0.5", 100 + ticks_a_second / 10))));
  scene.pass(LiveFeed::batch_every);
  EXPECT_EQ(listener.heard(), changes(told("busy", "0.5", "0.5", 99 + ticks_a_second)));
}

TEST(LiveFeed, a_slow_reader_gets_the_newest_of_each_client_and_holds_nobody_up) {
  LiveScene scene;
  LiveListener slow(scene, around_zero);
  LiveListener quick(scene, around_zero);
  scene.pass(LiveFeed::batch_every);
  slow.heard();
  quick.heard();
  slow.set_room(false);
  for (std::size_t i = 0; i < 1000; ++i) {
    scene.herd.say("a", "+0.5+0.5", 100 + i);
    scene.herd.say("b", i % 2 == 0 ? "+0.5+0.5" : "+5+0.5", 100 + i);
    scene.pass(100 * millisecond);
  }
  EXPECT_EQ(slow.wakes, 2U);  // for its snapshot, and once for what it has not read
  EXPECT_THAT(quick.heard(), HasSubstr(told("a", "0.5", "0.5", 1098)));
  slow.set_room(true);
  EXPECT_EQ(slow.heard(), changes(told("a", "0.5", "0.5", 1099), "\"b\""));
}

TEST(LiveFeed, whoever_misses_more_than_a_set_may_hold_gets_a_new_snapshot) {
  LiveScene scene;
  LiveListener slow(scene, around_zero);
  scene.pass(LiveFeed::batch_every);
  slow.heard();
  slow.set_room(false);
  for (std::size_t i = 0; i < PendingClients::clients_max + PendingClients::clients_max / 4 + 1; ++i) {
    scene.herd.say("c" + std::to_string(i), i == 0 ? "+0.5+0.5" : "+0.6+0.5", 100);
  }
  scene.pass(LiveFeed::batch_every);
  for (std::size_t i = 1; i < PendingClients::clients_max + PendingClients::clients_max / 4 + 1; ++i) {
    scene.herd.say("c" + std::to_string(i), "+10+10", 101);
  }
  scene.pass(LiveFeed::batch_every);
  slow.set_room(true);
  scene.pass(LiveFeed::batch_every);
  EXPECT_EQ(slow.heard(), snapshot(told("c0", "0.5", "0.5", 100)));
  EXPECT_EQ(scene.feed.counters().fell_behind, 1U);
}

TEST(LiveFeed, says_that_it_lives_when_there_is_nothing_else_to_say) {
  LiveScene scene;
  LiveListener listener(scene, around_zero);
  scene.tick();
  listener.heard();
  scene.herd.say("elsewhere", "+5+5", 100);
  scene.pass(LiveFeed::beat_every - second);
  EXPECT_EQ(listener.sent, "");
  scene.pass(2 * second);
  const auto sent = listener.sent;
  listener.heard();
  EXPECT_EQ(sent, ":\nid: " + listener.last_event_id + "\n\n");
  EXPECT_THAT(listener.last_event_id, testing::EndsWith("-1"));
}

TEST(LiveFeed, tells_only_of_clients_that_may_be_read) {
  LiveScene scene;
  const auto grant = reader_of({"mine-*"});
  scene.herd.say("mine-1", "+0.5+0.5", 100);
  scene.herd.say("yours-1", "+0.5+0.5", 100);
  LiveListener box(scene, around_zero, {}, grant);
  LiveListener list(scene, Clients{"mine-1", "yours-1"}, {}, grant);
  scene.pass(LiveFeed::batch_every);
  EXPECT_EQ(box.heard(), snapshot(told("mine-1", "0.5", "0.5", 100)));
  EXPECT_EQ(list.heard(), snapshot(told("mine-1", "0.5", "0.5", 100)));
  const auto last_event_id = box.last_event_id;
  scene.herd.say("mine-1", "+0.6+0.5", 101);
  scene.herd.say("yours-1", "+0.6+0.5", 101);
  scene.pass(LiveFeed::batch_every);
  EXPECT_EQ(box.heard(), changes(told("mine-1", "0.6", "0.5", 101)));
  EXPECT_EQ(list.heard(), changes(told("mine-1", "0.6", "0.5", 101)));
  LiveListener resumed(scene, around_zero, last_event_id, grant);
  scene.pass(LiveFeed::batch_every);
  EXPECT_EQ(resumed.heard(), changes(told("mine-1", "0.6", "0.5", 101)));
}

TEST(LiveFeed, ends_within_a_second_once_the_grant_is_revoked_and_tells_nothing_more) {
  LiveScene scene;
  std::size_t time = 100;
  scene.herd.say("mine", "+0.5+0.5", time);
  for (const auto* pattern : {"*", "m*", "mine"}) {
    const auto grant =
        std::make_shared<protocols::Grant>(std::vector<std::string>{pattern}, std::vector{protocols::Verb::read});
    LiveListener listener(scene, around_zero, {}, grant);
    LiveListener other(scene, around_zero);
    LiveListener socket(scene, {http::HttpLive::Framing::websocket, {around_zero, grant}});
    scene.pass(LiveFeed::batch_every);
    EXPECT_NE(listener.heard(), "");
    socket.sent.clear();
    grant->revoke();
    scene.herd.say("mine", "+0.6+0.5", ++time);
    scene.pass(second + LiveFeed::tick_every);
    EXPECT_TRUE(listener.has_ended) << pattern;
    EXPECT_EQ(listener.heard(), "");
    EXPECT_TRUE(socket.has_ended);
    EXPECT_EQ(socket.sent, "\x88\x1f\x03\xf0this token is no longer known");
    EXPECT_FALSE(other.has_ended);
    EXPECT_NE(other.heard(), "");
  }
}

TEST(LiveFeed, many_subscribers_are_woken_a_few_in_each_tick_and_none_waits_long) {
  constexpr std::size_t count = 10'000;
  LiveScene scene;
  std::vector<std::unique_ptr<LiveListener>> listeners;
  for (std::size_t i = 0; i < count; ++i) listeners.push_back(std::make_unique<LiveListener>(scene, around_zero));
  while (scene.feed.counters().snapshots < count) {
    const auto before = scene.feed.counters().snapshots;
    scene.tick();
    EXPECT_LE(scene.feed.counters().snapshots - before, LiveFeed::snapshots_per_tick);
  }
  scene.pass(LiveFeed::batch_every);
  for (std::size_t second = 0; second < 3; ++second) {
    scene.herd.say("everybody-looks", "+0.5+0.5", 100 + second);
    const auto told_before = scene.feed.counters().told;
    for (Duration passed = 0; passed < LiveFeed::batch_within + LiveFeed::tick_every; passed += LiveFeed::tick_every) {
      const auto before = scene.feed.counters().batches;
      scene.tick();
      EXPECT_LE(scene.feed.counters().batches - before, count * LiveFeed::tick_every / LiveFeed::batch_within + 1);
    }
    EXPECT_EQ(scene.feed.counters().told - told_before, count);
  }
}

TEST(LiveFeed, a_tick_reads_no_more_than_its_share_and_the_next_goes_on) {
  LiveScene scene;
  LiveListener listener(scene, around_zero);
  scene.pass(LiveFeed::batch_every);
  listener.heard();
  constexpr std::size_t count = 40'000;
  for (std::size_t i = 0; i < count; ++i) scene.herd.say("c" + std::to_string(i), "+5+5", 100);
  std::size_t ticks = 0;
  for (; scene.feed.counters().changes < count; ++ticks) {
    const auto before = scene.feed.counters().changes;
    scene.tick();
    ASSERT_LE(scene.feed.counters().changes - before, store::Follower::looks_per_turn);
    ASSERT_GT(scene.feed.counters().changes, before);
  }
  EXPECT_EQ(ticks, 3U);
  EXPECT_EQ(listener.heard(), "");
}

TEST(LiveFeed, comparing_patterns_is_a_part_of_a_ticks_share) {
  LiveScene scene;
  constexpr std::size_t patterns = 4 * LiveChanges::work_per_read;
  LiveListener listener(scene, around_zero, {}, reader_of(patterns_in_vain(patterns)));
  scene.pass(LiveFeed::batch_every);
  constexpr std::size_t count = 100;
  for (std::size_t i = 0; i < count; ++i) scene.herd.say("client-" + std::to_string(i), "+0.5+0.5", 100);
  std::size_t ticks = 0;
  for (; scene.feed.counters().changes < count; ++ticks) scene.tick();
  // A look takes in up to 16 at once, of a partition.
  EXPECT_GE(ticks, count / 16);
}

TEST(LiveFeed, reads_nothing_while_nobody_subscribes) {
  LiveScene scene;
  scene.herd.say("a", "+5+5", 100);
  scene.pass(second);
  EXPECT_EQ(scene.feed.counters().changes, 0U);
  LiveListener listener(scene, around_zero);
  scene.pass(second);
  EXPECT_EQ(scene.feed.counters().changes, 0U);
}

TEST(LiveFeed, a_stream_may_end_while_it_is_woken) {
  LiveScene scene;
  std::unique_ptr<LiveStream> stream;
  stream = scene.feed.open({http::HttpLive::Framing::events, {around_zero}}, scene.now, [&] { stream.reset(); });
  LiveListener other(scene, around_zero);
  scene.tick();
  EXPECT_EQ(scene.feed.subscribers(), 1U);
  EXPECT_EQ(other.heard(), snapshot(""));
}

}  // namespace
}  // namespace herd::live
