#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "herd/live/live_feed.h"
#include "live_herd.h"

namespace herd::live {

inline constexpr geo::Box whole_earth{{-900'000'000, -1'800'000'000}, {900'000'000, 1'800'000'000}};
inline constexpr geo::Box around_zero{{-10'000'000, -10'000'000}, {10'000'000, 10'000'000}};

using Circle = protocols::LiveSubscription::Circle;
using Clients = protocols::LiveSubscription::Clients;

/// A grant to read clients of these patterns.
inline std::shared_ptr<const protocols::Grant> reader_of(std::vector<std::string> patterns) {
  return std::make_shared<const protocols::Grant>(std::move(patterns), std::vector{protocols::Verb::read});
}

/// Patterns, none of which is anything of "client-7".
inline std::vector<std::string> patterns_in_vain(std::size_t count) {
  std::vector<std::string> patterns;
  for (std::size_t i = 0; i < count; ++i) patterns.push_back(std::to_string(i) + "-*");
  return patterns;
}

/// A feed, its herd and their time, which is moved by hand.
struct LiveScene {
  explicit LiveScene(const store::Tuning& tuning = {}) : herd(tuning) {}

  void tick() {
    now += LiveFeed::tick_every;
    feed.tick(now);
  }
  void pass(Duration time) {
    for (const auto end = now + time; now < end;) tick();
  }

  LiveHerd herd;
  LiveFeed feed{herd, herd.store()};
  Time now = 1'000'000 * second;
};

/// A subscriber as the server has it: woken in ticks, it writes what the stream says until that is nothing, as long as
/// its connection has room.
class LiveListener {
 public:
  LiveListener(LiveScene& scene, const http::HttpLive& live) : scene_(scene) {
    stream = scene.feed.open(live, scene.now, [this] { on_wake(); });
    write();
  }
  LiveListener(LiveScene& scene, const decltype(protocols::LiveSubscription::wanted)& wanted,
               std::string last_event_id = {},
               std::shared_ptr<const protocols::Grant> grant = protocols::Grant::everything())
      : LiveListener(scene, {http::HttpLive::Framing::events, {wanted, std::move(grant)}, std::move(last_event_id)}) {}

  /// What it was sent since the last call, without the beginning of the stream and the ids.
  std::string heard() {
    std::string data;
    const auto all = std::exchange(sent, {});
    std::string_view rest = all;
    while (!rest.empty()) {
      const auto line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(line.size() + 1);
      if (line.starts_with("data: ")) (data += line.substr(6)) += '\n';
      if (line.starts_with("id: ")) last_event_id = line.substr(4);
    }
    return data;
  }

  void set_room(bool has_room) {
    has_room_ = has_room;
    if (has_room_ && std::exchange(was_woken_, false)) write();
  }

  std::unique_ptr<LiveStream> stream;
  std::string sent;
  std::string last_event_id;
  bool has_ended = false;
  std::size_t wakes = 0;
  std::size_t longest = 0;

 private:
  void on_wake() {
    ++wakes;
    was_woken_ = !has_room_;
    if (has_room_) write();
  }

  void write() {
    for (auto before = std::string::npos; before != sent.size();) {
      before = sent.size();
      has_ended = !stream->on_room(scene_.now, sent);
      longest = std::max(longest, sent.size() - before);
    }
  }

  LiveScene& scene_;
  bool has_room_ = true;
  bool was_woken_ = false;
};

/// As feeds tell of what LiveHerd was told.
inline std::string told(std::string_view client, std::string_view lat, std::string_view lon, std::size_t second) {
  std::string json = R"({"client":")";
  ((json += client) += R"(","lat":)") += lat;
  (json += R"(,"lon":)") += lon;
  return json + R"(,"time":)" + std::to_string(second) + R"(,"server":"Riley","difference":0.500000000})";
}

inline std::string snapshot(std::string_view clients) {
  return R"({"type":"snapshot","part":1,"clients":[)" + std::string(clients) + "],\"complete\":true}\n";
}

inline std::string changes(std::string_view moved, std::string_view left = {}) {
  return R"({"type":"changes","moved":[)" + std::string(moved) + R"(],"left":[)" + std::string(left) + "]}\n";
}

}  // namespace herd::live
