#include "herd/net/offline_lookup.h"

#include <future>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "places/sample_places.h"

namespace herd::net {
namespace {

constexpr geo::Location home{471410000, 95209000};
const places::NearbyQuery here{home, 100, 1};
const places::NearbyQuery mid_ocean{{-400000000, -1400000000}, 100, 1};

/// A place at home with this name, and nothing else.
std::shared_ptr<const places::OfflinePlaces> only(const std::string& name) {
  const auto file = places::temporary_file("lookup-" + name);
  places::write_places(file, {{home, name, "own:1", {"cafe", "establishment"}}});
  return std::make_shared<const places::OfflinePlaces>(places::open_places({file}));
}

std::vector<std::string> answers(places::Provider& provider, std::vector<places::NearbyQuery> queries) {
  std::promise<std::vector<std::string>> found;
  provider.find_nearby(std::move(queries), [&](std::vector<std::string> all) { found.set_value(std::move(all)); });
  return found.get_future().get();
}

TEST(OfflineLookup, answers_each_question_in_their_order) {
  const auto places = only("Old");
  OfflineLookup lookup(places, 2);
  EXPECT_EQ(answers(lookup, {here, mid_ocean, here}),
            (std::vector<std::string>{places->nearby_search(here), places->nearby_search(mid_ocean),
                                      places->nearby_search(here)}));
  EXPECT_EQ(answers(lookup, {}), std::vector<std::string>{});
}

TEST(OfflineLookup, answers_on_a_thread_of_its_own) {
  OfflineLookup lookup(only("Old"), 1);
  std::promise<std::thread::id> thread;
  lookup.find_nearby({here}, [&](const std::vector<std::string>&) { thread.set_value(std::this_thread::get_id()); });
  EXPECT_NE(thread.get_future().get(), std::this_thread::get_id());
}

TEST(OfflineLookup, passes_a_message_for_whoever_asked_on_to_the_places) {
  const auto places = only("Old");
  OfflineLookup lookup(places, 1);
  std::promise<std::vector<std::string>> found;
  lookup.find_nearby({here}, "Google is away", [&](std::vector<std::string> all) { found.set_value(std::move(all)); });
  EXPECT_EQ(found.get_future().get(), std::vector<std::string>{places->nearby_search(here, "Google is away")});
}

TEST(OfflineLookup, lets_those_who_ask_take_turns) {
  OfflineLookup lookup(only("Old"), 1);
  constexpr auto turn = OfflineLookup::queries_per_turn;
  std::promise<void> all_asked;
  lookup.find_nearby({here}, [&](const std::vector<std::string>&) { all_asked.get_future().wait(); });
  std::string order;
  std::promise<void> answered;
  const auto ask = [&](char name, std::size_t queries) {
    lookup.find_nearby(std::vector(queries, here), [&, name, queries](const std::vector<std::string>& all) {
      EXPECT_EQ(all.size(), queries);
      order += name;
      if (order.size() == 5) answered.set_value();
    });
  };
  ask('a', 64);
  ask('b', 1);
  ask('c', 2 * turn);
  ask('d', turn + 1);
  ask('e', turn);
  all_asked.set_value();
  answered.get_future().wait();
  // What was asked first and needs 16 turns holds nobody up for more than one of them at a time.
  EXPECT_EQ(order, "becda");
}

TEST(OfflineLookup, makes_no_further_answers_once_there_are_many_bytes_of_them) {
  const auto places = only("Old");
  OfflineLookup lookup(places, 1);
  const auto answer = places->nearby_search(here);
  const auto made = (places::Provider::answers_bytes_max + answer.size() - 1) / answer.size();
  const auto found = answers(lookup, std::vector(made + 1000, here));
  EXPECT_EQ(found.size(), made);
  EXPECT_EQ(found.back(), answer);
  EXPECT_EQ(answers(lookup, std::vector(made, here)).size(), made);
}

TEST(OfflineLookup, answers_from_new_places_once_they_are_there_and_lets_the_old_ones_go) {
  auto old = only("Old");
  const std::weak_ptr<const places::OfflinePlaces> forgotten = old;
  const auto old_answer = old->nearby_search(here);
  const auto renewed = only("New");
  OfflineLookup lookup(std::move(old), 1);
  EXPECT_EQ(answers(lookup, {here}), std::vector{old_answer});
  lookup.replace(renewed);
  EXPECT_EQ(answers(lookup, {here}), std::vector{renewed->nearby_search(here)});
  EXPECT_TRUE(forgotten.expired());
}

TEST(OfflineLookup, ends_once_the_answer_that_it_is_giving_is_given_whatever_else_was_asked) {
  std::promise<void> begun;
  std::promise<void> go_on;
  auto lookup = std::make_unique<OfflineLookup>(only("Old"), 1);
  int answered = 0;
  lookup->find_nearby({here}, [&](const std::vector<std::string>&) {
    begun.set_value();
    go_on.get_future().wait();
    ++answered;
  });
  begun.get_future().wait();
  auto used = std::make_shared<int>(0);
  const std::weak_ptr<int> forgotten = used;
  lookup->find_nearby({here}, [used = std::move(used)](const std::vector<std::string>&) { ++*used; });
  // It waits for the one under way, so that is told to go on by another thread.
  auto ending = std::async(std::launch::async, [&] { lookup.reset(); });
  EXPECT_FALSE(forgotten.expired());
  go_on.set_value();
  ending.get();
  EXPECT_EQ(answered, 1);
  EXPECT_TRUE(forgotten.expired());
}

}  // namespace
}  // namespace herd::net
