#include <array>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "herd/base/json_leaves.h"
#include "live_listener.h"

namespace herd::live {
namespace {

using Circle = protocols::LiveSubscription::Circle;
using Clients = protocols::LiveSubscription::Clients;
/// Client -> "latitude,longitude".
using Places = std::map<std::string, std::string>;

/// What a subscriber knows who keeps to docs/live.md.
class Reader {
 public:
  void hear(std::string_view messages) {
    while (!messages.empty()) {
      const auto message = messages.substr(0, messages.find('\n'));
      messages.remove_prefix(message.size() + 1);
      if (message.starts_with(R"({"type":"snapshot","part":1,)")) places.clear();
      std::string client;
      std::string latitude;
      const auto read = read_json(message, [&](const JsonLeaf& leaf) {
        if (leaf.path.starts_with("left.")) places.erase(std::string(leaf.text));
        if (leaf.path.ends_with(".client")) client = leaf.text;
        if (leaf.path.ends_with(".lat")) latitude = leaf.text;
        if (leaf.path.ends_with(".lon")) places[client] = latitude + ',' + std::string(leaf.text);
      });
      EXPECT_TRUE(read) << message;
    }
  }

  Places places;
};

struct Subscriber {
  decltype(protocols::LiveSubscription::wanted) wanted;
  std::unique_ptr<LiveListener> listener;
  std::string last_event_id;
  Reader reader;
};

/// A herd that moves, appears and is forgotten at random; subscribers that come, fall silent, break off and go on:
/// whenever all is told, each knows exactly who is where.
TEST(LiveFeed, whatever_happens_every_subscriber_knows_in_the_end_who_is_where) {
  const auto seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  const auto below = [&](std::size_t bound) { return static_cast<std::size_t>(random() % bound); };
  for (int history = 0; history < 20; ++history) {
    // Walks, too.
    LiveScene scene(history % 2 == 0 ? store::Tuning{} : store::Tuning{.ring_entries = 8, .walk_after_changes = 4});
    std::map<std::string, std::optional<std::array<int, 2>>> truth;
    std::size_t second_of_report = 100;
    std::array<Subscriber, 8> subscribers;
    const auto client = [&] { return "c" + std::to_string(below(30)); };
    const auto open = [&](Subscriber& subscriber) {
      subscriber.listener = std::make_unique<LiveListener>(scene, subscriber.wanted, subscriber.last_event_id);
    };
    const auto hear = [](Subscriber& subscriber) {
      subscriber.reader.hear(subscriber.listener->heard());
      if (!subscriber.listener->last_event_id.empty()) subscriber.last_event_id = subscriber.listener->last_event_id;
    };
    for (auto& subscriber : subscribers) {
      const auto south = static_cast<std::int32_t>(below(8));
      const auto west = static_cast<std::int32_t>(below(8));
      switch (below(3)) {
        case 0:
          subscriber.wanted =
              geo::Box{{south * 10'000'000, west * 10'000'000}, {(south + 3) * 10'000'000, (west + 3) * 10'000'000}};
          break;
        case 1:
          subscriber.wanted = Circle{{south * 10'000'000, west * 10'000'000}, 250'000};
          break;
        default:
          subscriber.wanted = Clients{client(), client(), client()};
          break;
      }
    }
    for (int step = 0; step < 300; ++step) {
      for (auto reports = below(20); reports > 0; --reports) {
        const auto name = client();
        if (below(10) == 0) {
          scene.herd.forget(name, static_cast<Time>(second_of_report) * second + second / 4);
          truth.erase(name);
        } else {
          const std::array place{static_cast<int>(below(11)), static_cast<int>(below(11))};
          scene.herd.say(name, "+" + std::to_string(place[0]) + "+" + std::to_string(place[1]), ++second_of_report);
          truth[name] = place;
        }
      }
      auto& one = subscribers[below(subscribers.size())];
      switch (below(4)) {
        case 0:
          if (one.listener) {
            hear(one);
            one.listener.reset();
          } else {
            open(one);
          }
          break;
        case 1:
          if (one.listener) one.listener->set_room(below(2) == 0);
          break;
        default:
          break;
      }
      scene.pass(static_cast<Duration>(below(30)) * LiveFeed::tick_every);
    }
    for (auto& subscriber : subscribers) {
      if (!subscriber.listener) open(subscriber);
      subscriber.listener->set_room(true);
    }
    scene.pass(second);
    for (auto& subscriber : subscribers) {
      hear(subscriber);
      Places expected;
      for (const auto& [name, place] : truth) {
        if (!place) continue;
        const geo::Location location{(*place)[0] * 10'000'000, (*place)[1] * 10'000'000};
        bool is_wanted = false;
        if (const auto* clients = std::get_if<Clients>(&subscriber.wanted)) {
          is_wanted = std::ranges::find(*clients, name) != clients->end();
        } else if (const auto* circle = std::get_if<Circle>(&subscriber.wanted)) {
          is_wanted = geo::distance_m(circle->center, location) <= circle->radius_m;
        } else {
          const auto& box = std::get<geo::Box>(subscriber.wanted);
          is_wanted = location.latitude_e7 >= box.south_west.latitude_e7 &&
                      location.latitude_e7 <= box.north_east.latitude_e7 &&
                      location.longitude_e7 >= box.south_west.longitude_e7 &&
                      location.longitude_e7 <= box.north_east.longitude_e7;
        }
        if (is_wanted) expected[name] = std::to_string((*place)[0]) + ',' + std::to_string((*place)[1]);
      }
      EXPECT_EQ(subscriber.reader.places, expected) << "history " << history;
    }
    EXPECT_GT(scene.feed.counters().resumed, 0U);
  }
}

}  // namespace
}  // namespace herd::live
