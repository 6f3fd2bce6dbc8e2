#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "herd/live/live_feed.h"
#include "live_listener.h"

namespace herd::live {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(LiveFeed, begins_with_a_snapshot_of_a_box) {
  LiveScene scene;
  scene.herd.say("inside", "+0.5+0.5", 100);
  scene.herd.say("outside", "+1.5+0.5", 100);
  LiveListener listener(scene, around_zero);
  EXPECT_EQ(listener.sent, "retry: 1000\n\n");
  listener.sent.clear();
  scene.tick();
  const auto sent = listener.sent;
  EXPECT_EQ(listener.heard(), snapshot(told("inside", "0.5", "0.5", 100)));
  EXPECT_EQ(sent, "event: snapshot\nid: " + listener.last_event_id +
                      "\ndata: " + snapshot(told("inside", "0.5", "0.5", 100)) + "\n");
}

TEST(LiveFeed, begins_with_a_snapshot_of_a_circle_nearest_first) {
  LiveScene scene;
  scene.herd.say("far", "+0.02+0", 100);
  scene.herd.say("near", "+0.01+0", 100);
  scene.herd.say("outside", "+0.03+0", 100);
  LiveListener listener(scene, Circle{{0, 0}, 2500});
  scene.tick();
  EXPECT_EQ(listener.heard(), snapshot(told("near", "0.01", "0", 100) + ',' + told("far", "0.02", "0", 100)));
}

TEST(LiveFeed, begins_with_a_snapshot_of_a_list) {
  LiveScene scene;
  scene.herd.say("b", "+2+0", 100);
  scene.herd.say("c", "+3+0", 100);
  LiveListener listener(scene, Clients{"b", "nobody", "b"});
  scene.tick();
  EXPECT_EQ(listener.heard(), snapshot(told("b", "2", "0", 100)));
}

TEST(LiveFeed, a_snapshot_comes_in_parts_and_says_what_it_has_no_room_for) {
  LiveScene scene;
  for (std::size_t i = 0; i < LiveFeed::snapshot_clients_max; ++i) {
    scene.herd.say("client-" + std::to_string(i), "+0.5+0.5", 100);
  }
  LiveListener all(scene, around_zero);
  scene.tick();
  EXPECT_LT(all.longest, 64U * 1024);
  EXPECT_GT(all.longest, 60U * 1024);
  const auto heard = all.heard();
  EXPECT_THAT(heard, StartsWith(R"({"type":"snapshot","part":1,"clients":[{"client":"client-)"));
  EXPECT_THAT(heard, HasSubstr("]}\n{\"type\":\"snapshot\",\"part\":2,\"clients\":[{\"client\":\""));
  EXPECT_THAT(heard, testing::EndsWith(",\"complete\":true}\n"));
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(heard, 'R')), LiveFeed::snapshot_clients_max);

  scene.herd.say("one-more", "+0.5+0.5", 100);
  LiveListener box(scene, around_zero);
  LiveListener circle(scene, Circle{{0, 0}, 100'000});
  scene.pass(LiveFeed::batch_every);
  EXPECT_THAT(box.heard(), testing::EndsWith(",\"complete\":false}\n"));
  EXPECT_THAT(circle.heard(), testing::EndsWith(",\"complete\":false}\n"));
  EXPECT_EQ(scene.feed.counters().incomplete, 2U);
}

TEST(LiveFeed, goes_on_where_an_earlier_stream_ended) {
  LiveScene scene;
  scene.herd.say("here", "+0.5+0.5", 100);
  scene.herd.say("still", "+0.4+0.4", 100);
  auto first = std::make_unique<LiveListener>(scene, around_zero);
  scene.pass(LiveFeed::batch_every);
  first->heard();
  const auto last_event_id = first->last_event_id;
  first.reset();
  EXPECT_EQ(scene.feed.subscribers(), 0U);

  scene.herd.say("here", "+1.5+0.5", 101);
  scene.herd.say("new", "+0.1+0.1", 101);
  scene.herd.say("elsewhere", "+5+0.5", 101);
  LiveListener second(scene, around_zero, last_event_id);
  scene.pass(LiveFeed::batch_every);
  EXPECT_EQ(second.heard(), changes(told("new", "0.1", "0.1", 101), "\"here\""));
  EXPECT_EQ(scene.feed.counters().resumed, 1U);
  EXPECT_EQ(scene.feed.counters().snapshots, 1U);

  // While others go on, too; and for a list.
  LiveListener list(scene, Clients{"here", "still"}, last_event_id);
  scene.pass(LiveFeed::batch_every);
  EXPECT_EQ(list.heard(), changes(told("here", "1.5", "0.5", 101)));
}

TEST(LiveFeed, whose_end_is_too_long_ago_or_of_another_life_begins_anew) {
  LiveScene scene;
  auto first = std::make_unique<LiveListener>(scene, Clients{"a"});
  LiveListener witness(scene, Clients{"a"});
  scene.pass(LiveFeed::batch_every);
  first->heard();
  const auto old = first->last_event_id;
  first.reset();
  for (std::size_t i = 0; i <= LiveClients::changes_max; ++i) {
    scene.herd.say("b" + std::to_string(i % 100), "+5+5", 100 + i);
    if (i % 100 == 99) scene.tick();
  }
  scene.herd.say("a", "+1+1", 100);
  scene.pass(LiveFeed::batch_every);
  for (const auto& id : {old, std::string("0.1-5"), old + "9999999", std::string("nonsense")}) {
    LiveListener again(scene, Clients{"a"}, id);
    scene.pass(LiveFeed::batch_every);
    EXPECT_EQ(again.heard(), snapshot(told("a", "1", "1", 100))) << id;
  }
  EXPECT_EQ(scene.feed.counters().resumed, 0U);
}

TEST(LiveFeed, a_feed_that_nobody_followed_for_long_begins_a_new_life) {
  LiveScene scene;
  auto first = std::make_unique<LiveListener>(scene, Clients{"a"});
  scene.pass(LiveFeed::batch_every);
  first->heard();
  const auto old = first->last_event_id;
  first.reset();
  for (std::size_t i = 0; i <= LiveClients::changes_max; ++i) scene.herd.say("b", "+5+5", 100 + i);
  LiveListener second(scene, Clients{"b"}, old);
  scene.pass(LiveFeed::batch_every);
  EXPECT_EQ(second.heard(), snapshot(told("b", "5", "5", 100 + LiveClients::changes_max)));
  EXPECT_NE(second.last_event_id, old);
}

TEST(LiveFeed, goes_on_only_for_who_may_read_the_same_clients) {
  LiveScene scene;
  scene.herd.say("mine-1", "+0.5+0.5", 100);
  scene.herd.say("yours-1", "+0.5+0.5", 100);
  const auto everything = protocols::Grant::everything();
  const auto id_of = [&](const std::shared_ptr<const protocols::Grant>& grant) {
    LiveListener listener(scene, around_zero, {}, grant);
    scene.pass(LiveFeed::batch_every);
    listener.heard();
    return listener.last_event_id;
  };
  const auto goes_on = [&](const std::string& last_event_id, const std::shared_ptr<const protocols::Grant>& grant) {
    const auto before = scene.feed.counters().resumed;
    const auto snapshots = scene.feed.counters().snapshots;
    LiveListener listener(scene, around_zero, last_event_id, grant);
    scene.tick();
    EXPECT_EQ(scene.feed.counters().resumed - before + scene.feed.counters().snapshots - snapshots, 1U);
    return scene.feed.counters().resumed > before;
  };
  const auto mine = id_of(reader_of({"mine-*"}));
  // Its token may be another, or the same with other clients; what else it may is nothing to this.
  EXPECT_TRUE(goes_on(mine, reader_of({"mine-*"})));
  EXPECT_TRUE(goes_on(
      mine, std::make_shared<const protocols::Grant>(std::vector<std::string>{"mine-*"},
                                                     std::vector{protocols::Verb::report, protocols::Verb::read})));
  EXPECT_FALSE(goes_on(mine, reader_of({"mine-*", "yours-1"})));
  EXPECT_FALSE(goes_on(mine, reader_of({"yours-*"})));
  EXPECT_FALSE(goes_on(mine, everything));
  const auto all = id_of(everything);
  EXPECT_TRUE(goes_on(all, everything));
  EXPECT_FALSE(goes_on(all, reader_of({"mine-*"})));
}

TEST(LiveFeed, begins_with_one_snapshot_of_an_area_in_a_tick_where_patterns_are_compared) {
  LiveScene scene;
  scene.herd.say("mine-1", "+0.5+0.5", 100);
  std::vector<std::unique_ptr<LiveListener>> listeners;
  for (std::size_t i = 0; i < 3; ++i) {
    listeners.push_back(
        std::make_unique<LiveListener>(scene, around_zero, std::string(), reader_of({"mine-*", "yours-*"})));
  }
  for (std::size_t ticks = 1; ticks <= listeners.size(); ++ticks) {
    scene.tick();
    EXPECT_EQ(scene.feed.counters().snapshots, ticks);
  }
  // Of clients by name as many as take no longer than others.
  for (std::size_t i = 0; i < 3; ++i) {
    listeners.push_back(
        std::make_unique<LiveListener>(scene, Clients{"mine-1"}, std::string(), reader_of({"mine-*", "yours-*"})));
  }
  scene.tick();
  EXPECT_EQ(scene.feed.counters().snapshots, listeners.size());
  const auto slow = reader_of(patterns_in_vain(LiveFeed::snapshot_clients_per_tick * 8));
  for (std::size_t i = 0; i < 2; ++i) {
    listeners.push_back(std::make_unique<LiveListener>(scene, Clients{"client-7"}, std::string(), slow));
  }
  scene.tick();
  EXPECT_EQ(scene.feed.counters().snapshots, listeners.size() - 1);
}

TEST(LiveFeed, begins_anew_where_going_on_takes_too_many_comparisons) {
  LiveScene scene;
  constexpr std::size_t patterns = 2048;
  const auto grant = reader_of(patterns_in_vain(patterns));
  LiveListener witness(scene, whole_earth);
  auto first = std::make_unique<LiveListener>(scene, around_zero, std::string(), grant);
  scene.pass(LiveFeed::batch_every);
  first->heard();
  const auto last_event_id = first->last_event_id;
  first.reset();
  const auto change = [&](std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) scene.herd.say("client-" + std::to_string(i), "+0.5+0.5", 100);
    scene.pass(LiveFeed::batch_every);
  };
  constexpr auto just_enough = protocols::comparisons_max / patterns;
  change(just_enough);
  LiveListener second(scene, around_zero, last_event_id, grant);
  scene.pass(LiveFeed::batch_every);
  EXPECT_EQ(scene.feed.counters().resumed, 1U);
  change(just_enough + 1);
  LiveListener third(scene, around_zero, last_event_id, grant);
  scene.pass(LiveFeed::batch_every);
  EXPECT_EQ(scene.feed.counters().resumed, 1U);
  EXPECT_THAT(third.heard(), StartsWith(R"({"type":"snapshot")"));
}

TEST(LiveFeed, a_snapshot_has_the_clients_that_may_be_read_however_many_others_are_nearer) {
  LiveScene scene;
  for (std::size_t i = 0; i <= LiveFeed::snapshot_clients_max; ++i) {
    scene.herd.say("yours-" + std::to_string(i), "+0.5+0.5", 100);
  }
  scene.herd.say("mine-1", "+0.7+0.5", 100);
  const auto whole = snapshot(told("mine-1", "0.7", "0.5", 100));
  for (const auto& grant : {reader_of({"mine-*"}), reader_of({"mine-1"})}) {
    LiveListener box(scene, around_zero, {}, grant);
    LiveListener circle(scene, Circle{{0, 0}, 100'000}, {}, grant);
    scene.pass(LiveFeed::batch_every);
    EXPECT_EQ(box.heard(), whole);
    EXPECT_EQ(circle.heard(), whole);
  }
  EXPECT_EQ(scene.feed.counters().incomplete, 0U);
}

}  // namespace
}  // namespace herd::live
