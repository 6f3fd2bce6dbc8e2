#include "herd/simulation/network.h"

#include <algorithm>

namespace herd::simulation {
namespace {

constexpr std::size_t slow_bytes_at_once = 200;
/// Who goes on after a stop finds many sockets to read.
constexpr Duration postponed_in_any_order_within = 300 * microsecond;

}  // namespace

Network::Network(EventQueue& events, Random& random, const std::vector<CableOptions>& cables)
    : events_(events), random_(random) {
  cables_.reserve(cables.size());
  for (const auto& options : cables) cables_.push_back({options, {}});
}

std::uint32_t Network::open(std::size_t cable, std::uint32_t dialling, std::uint32_t target) {
  std::uint32_t id = 0;
  if (free_.empty()) {
    id = static_cast<std::uint32_t>(connections_.size());
    connections_.emplace_back();
  } else {
    id = free_.back();
    free_.pop_back();
  }
  auto& connection = connections_[id];
  ++connection.life;
  connection.cable = static_cast<std::uint32_t>(cable);
  connection.end_point = {dialling, target};
  connection.open = {true, true};
  connection.arrival_at = {never, never};
  connection.busy_until = {};
  connection.word_waits = {};
  connection.words = 0;
  ++cables_[cable].connections;
  for (auto& pipe : connection.to) pipe.reset();
  return id;
}

bool Network::has_room(std::uint32_t id, std::uint8_t side) const {
  const auto& connection = connections_[id];
  return connection.to[1 - side].size() < cables_[connection.cable].options.capacity;
}

void Network::write(Time now, std::uint32_t id, std::uint8_t side, std::string_view bytes) {
  auto& connection = connections_[id];
  const auto other = static_cast<std::uint8_t>(1 - side);
  auto& pipe = connection.to[other];
  const auto& cable = cables_[connection.cable].options;
  const auto send = [&](std::string_view part) {
    auto& busy_until = connection.busy_until[other];
    busy_until = std::max(busy_until, now) + static_cast<Duration>(part.size()) * cable.per_byte;
    pipe.write(part, std::max(pipe.last_due(), busy_until + cable.delay + random_.below(cable.jitter)));
  };
  const auto send_first = [&](std::size_t count) {
    if (count > 0) send(bytes.substr(0, count));
    bytes.remove_prefix(count);
  };
  // The network cuts where it likes, and a slow cable does not wait for the last byte to deliver the first.
  if (random_.chance(4)) send_first(random_.below(bytes.size()));
  while (cable.per_byte > 0 && bytes.size() > slow_bytes_at_once) send_first(slow_bytes_at_once);
  send(bytes);
  schedule_arrival(now, id, other);
}

std::string_view Network::take(Time now, std::uint32_t id, std::uint8_t side) {
  const auto taken = connections_[id].to[side].take(now);
  schedule_arrival(now, id, side);
  return taken;
}

void Network::schedule_arrival(Time earliest, std::uint32_t id, std::uint8_t side) {
  auto& connection = connections_[id];
  const auto due = connection.to[side].next_due();
  if (due == never) return;
  const auto at = std::max(earliest, due);
  if (at >= connection.arrival_at[side]) return;
  connection.arrival_at[side] = at;
  events_.push({.at = at, .kind = Event::Kind::arrival, .side = side, .index = id, .life = connection.life});
}

bool Network::is_due(const Event& arrival) {
  auto& connection = connections_[arrival.index];
  if (connection.life != arrival.life || connection.arrival_at[arrival.side] != arrival.at) return false;
  connection.arrival_at[arrival.side] = never;
  return true;
}

Time Network::postpone(const Event& event, Time until) {
  auto later = event;
  later.at = until + random_.below(postponed_in_any_order_within);
  if (event.kind == Event::Kind::closed) ++connections_[event.index].words;
  if (event.kind == Event::Kind::arrival) connections_[event.index].arrival_at[event.side] = later.at;
  events_.push(later);
  return later.at;
}

void Network::send_word(Time at, std::uint32_t id, std::uint8_t side) {
  auto& connection = connections_[id];
  ++connection.words;
  events_.push({.at = at, .kind = Event::Kind::closed, .side = side, .index = id, .life = connection.life});
}

bool Network::is_told(const Event& closed) {
  auto& connection = connections_[closed.index];
  if (connection.life != closed.life) return false;
  --connection.words;
  if (!connection.open[closed.side]) return false;
  if (connection.to[closed.side].is_broken()) return false;
  if (!cables_[connection.cable].cut[closed.side]) return true;
  connection.word_waits[closed.side] = true;
  return false;
}

void Network::close(Time now, std::uint32_t id, std::uint8_t side, Farewell farewell) {
  auto& connection = connections_[id];
  const auto other = static_cast<std::uint8_t>(1 - side);
  connection.open[side] = false;
  if (!connection.open[other]) {
    ++connection.life;
    --cables_[connection.cable].connections;
    free_.push_back(id);
    return;
  }
  if (farewell == Farewell::silent) return;
  auto& pipe = connection.to[other];
  if (farewell == Farewell::abrupt) {
    pipe.stop_after(random_.below(pipe.size() + 1));
    send_word(now + cables_[connection.cable].options.delay, id, other);
  } else {
    send_word(std::max(pipe.last_due(), now + cables_[connection.cable].options.delay), id, other);
  }
}

void Network::refuse(Time now, std::uint32_t id, std::uint8_t side) {
  auto& connection = connections_[id];
  connection.to[side].take(never);
  if (connection.open[1 - side]) {
    send_word(now + cables_[connection.cable].options.delay, id, static_cast<std::uint8_t>(1 - side));
  }
}

void Network::cut(Time now, std::size_t cable, std::uint8_t side) {
  cables_[cable].cut[side] = true;
  for (std::uint32_t id = 0; id < connections_.size(); ++id) {
    auto& connection = connections_[id];
    if (connection.cable != cable || (!connection.open[0] && !connection.open[1])) continue;
    auto& pipe = connection.to[side];
    const auto surviving = random_.below(pipe.size() + 1);
    if (random_.chance(2)) {
      // What did not arrive is sent again once the cable is mended.
      pipe.stop_after(surviving);
    } else {
      pipe.break_after(surviving);
      // Some learn of it, others have to notice the silence.
      if (random_.chance(4)) {
        send_word(now + random_.below(100 * millisecond), id, static_cast<std::uint8_t>(1 - side));
      }
    }
  }
}

void Network::mend(Time now, std::size_t cable) {
  auto& the_cable = cables_[cable];
  if (is_whole(cable)) return;
  the_cable.cut = {};
  for (std::uint32_t id = 0; id < connections_.size(); ++id) {
    auto& connection = connections_[id];
    if (connection.cable != cable || (!connection.open[0] && !connection.open[1])) continue;
    for (std::uint8_t side = 0; side < 2; ++side) {
      connection.to[side].let_pass();
      const auto soon = now + the_cable.options.delay;
      schedule_arrival(soon, id, side);
      if (connection.word_waits[side]) {
        connection.word_waits[side] = false;
        send_word(std::max(soon, connection.to[side].last_due()), id, side);
      }
    }
  }
}

bool Network::is_sound(std::uint32_t id) const {
  const auto& connection = connections_[id];
  return connection.open[0] && connection.open[1] && !connection.to[0].is_broken() && !connection.to[1].is_broken() &&
         connection.words == 0 && cables_[connection.cable].connections == 1;
}

std::uint32_t Network::find(std::size_t cable) const {
  auto found = none;
  for (std::uint32_t id = 0; id < connections_.size(); ++id) {
    const auto& connection = connections_[id];
    if (connection.cable != cable) continue;
    if (connection.open[0] && connection.open[1]) return id;
    if (connection.open[0] || connection.open[1]) found = id;
  }
  return found;
}

}  // namespace herd::simulation
