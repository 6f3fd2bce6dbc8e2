#include "herd/simulation/simulated_herd.h"

#include <algorithm>

#include "herd/wire/link_message.h"

namespace herd::simulation {
namespace {

/// A bound on virtual busy waiting: a link that always wants to write but has nothing to say makes slow progress.
constexpr Duration turn_min = 20 * microsecond;

}  // namespace

SimulatedHerd::SimulatedHerd(HerdOptions options, std::uint64_t seed, std::string* trace)
    : options_(std::move(options)), random_(seed), network_(events_, random_, options_.cables), trace_(trace) {
  servers_.resize(options_.topology.names.size() + options_.namesakes.size());
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    servers_[i].name = i < real_servers() ? i : options_.namesakes[i - real_servers()];
    servers_[i].options = options_.servers[servers_[i].name];
  }
  add_end_points();
}

void SimulatedHerd::add_end_points() {
  const auto add = [&](std::size_t server, std::size_t edge, std::uint8_t side, std::uint32_t target) {
    servers_[server].end_points.push_back(static_cast<std::uint32_t>(end_points_.size()));
    end_points_.push_back({.server = static_cast<std::uint32_t>(server),
                           .edge = static_cast<std::uint32_t>(edge),
                           .side = side,
                           .target = target,
                           .link = nullptr,
                           .backoff = flood::Backoff(options_.redial_min, options_.redial_max)});
  };
  const auto& edges = options_.topology.edges;
  end_points_.reserve(2 * edges.size() + options_.namesakes.size());
  for (std::size_t i = 0; i < edges.size(); ++i) {
    add(edges[i].first, i, 0, static_cast<std::uint32_t>(2 * i + 1));
    add(edges[i].second, i, 1, Network::none);
  }
  for (auto server = real_servers(); server < servers_.size(); ++server) {
    for (std::size_t i = 0; i < edges.size(); ++i) {
      if (edges[i].first == servers_[server].name) add(server, i, 0, static_cast<std::uint32_t>(2 * i + 1));
    }
  }
}

const std::string& SimulatedHerd::name(std::size_t server) const {
  return options_.topology.names[servers_[server].name];
}

void SimulatedHerd::run_until(Time end) {
  while (!failure_ && events_.next_at() <= end) {
    const auto event = events_.pop();
    now_ = event.at;
    switch (event.kind) {
      case Event::Kind::arrival:
        on_arrival(event);
        break;
      case Event::Kind::closed:
        on_closed(event);
        break;
      case Event::Kind::answer:
        on_answer(event);
        break;
      case Event::Kind::dial:
        on_dial(event);
        break;
      case Event::Kind::turn:
        on_turn(event);
        break;
      case Event::Kind::thaw:
        on_thaw(event);
        break;
    }
  }
  now_ = std::max(now_, end);
}

void SimulatedHerd::on_arrival(const Event& event) {
  if (!network_.is_due(event)) return;
  const auto& connection = network_[event.index];
  if (!connection.open[event.side]) return network_.refuse(now_, event.index, event.side);
  const auto end_point = connection.end_point[event.side];
  const auto& server = servers_[end_points_[end_point].server];
  if (now_ < server.frozen_until) {
    network_.postpone(event, server.frozen_until);
    return;
  }
  if (event.side == 1 && !greetings_[event.index].accepted) return greet(event.index);
  receive(end_point, network_.take(now_, event.index, event.side));

  // Whoever waited for room to write has it.
  if (!connection.open[0] || !connection.open[1]) return;
  const auto writer = connection.end_point[1 - event.side];
  if (end_points_[writer].connection == event.index && end_points_[writer].blocked) schedule_turn(writer, now_);
}

void SimulatedHerd::on_closed(const Event& event) {
  if (!network_.is_told(event)) return;
  const auto& connection = network_[event.index];
  const auto end_point = connection.end_point[event.side];
  const auto& server = servers_[end_points_[end_point].server];
  if (now_ < server.frozen_until) {
    network_.postpone(event, server.frozen_until);
    return;
  }
  if (event.side == 1 && !greetings_[event.index].accepted) {
    network_.close(now_, event.index, 1, Farewell::silent);
  } else {
    close(end_point, Farewell::silent, "the other end is gone");
  }
}

void SimulatedHerd::on_dial(const Event& event) {
  auto& end = end_points_[event.index];
  if (end.dial_at != event.at) return;
  end.dial_at = never;
  const auto& server = servers_[end.server];
  if (!server.life || end.connection != Network::none) return;
  if (now_ < server.frozen_until) return schedule_dial(event.index, server.frozen_until - now_);
  const auto& target = servers_[end_points_[end.target].server];
  if (!target.life || !network_.is_whole(end.edge)) {
    const auto no_answer = target.life ? options_.link.hello_max : 0;
    return schedule_dial(event.index, no_answer + end.backoff.next(random_.bits()));
  }
  ++tally_.dials;
  const auto id = network_.open(end.edge, event.index, end.target);
  if (id >= greetings_.size()) greetings_.resize(id + 1);
  auto& greeting = greetings_[id];
  greeting.accepted = greeting.asked = false;
  greeting.received.clear();
  greeting.deadline = now_ + options_.link.hello_max;
  events_.push(
      {.at = greeting.deadline, .kind = Event::Kind::answer, .side = 1, .index = id, .life = network_[id].life});
  end.connection = id;
  end.link->connect(now_);
  schedule_turn(event.index, now_);
}

/// The listener of a server reads until a hello is whole.
void SimulatedHerd::greet(std::uint32_t connection) {
  auto& greeting = greetings_[connection];
  if (greeting.asked) return;
  greeting.received.append(network_.take(now_, connection, 1));
  std::string_view bytes = greeting.received;
  const auto message = wire::take_message(bytes);
  const auto& end = end_points_[network_[connection].end_point[1]];
  if (!message) return fail("I6: " + name(end.server) + " cannot read a hello: " + message.error().message);
  if (!message->has_value()) return;
  const auto* hello = std::get_if<wire::Hello>(&**message);
  if (hello == nullptr) return fail("I6: " + name(end.server) + " got something before a hello");
  if (const auto valid = end.link->check(*hello); !valid) {
    return fail("I6: " + name(end.server) + " refused a neighbour: " + valid.error().message);
  }
  adopt(connection);
}

/// The newer connection replaces the older, unless that answers.
void SimulatedHerd::adopt(std::uint32_t connection) {
  auto& greeting = greetings_[connection];
  const auto end_point = network_[connection].end_point[1];
  auto& end = end_points_[end_point];
  if (end.connection != Network::none && end.link->is_up()) {
    ++tally_.asked;
    greeting.asked = true;
    greeting.asked_at = now_;
    greeting.deadline = now_ + options_.answer_within;
    end.link->want_ping();
    schedule_turn(end_point, now_);
    events_.push({.at = greeting.deadline,
                  .kind = Event::Kind::answer,
                  .side = 1,
                  .index = connection,
                  .life = network_[connection].life});
    return;
  }
  accept(connection);
}

void SimulatedHerd::on_answer(const Event& event) {
  if (network_[event.index].life != event.life) return;
  auto& greeting = greetings_[event.index];
  if (greeting.accepted || greeting.deadline != event.at || !network_[event.index].open[1]) return;
  const auto& end = end_points_[network_[event.index].end_point[1]];
  const auto& server = servers_[end.server];
  if (now_ < server.frozen_until) {
    greeting.deadline = network_.postpone(event, server.frozen_until);
    return;
  }
  if (!greeting.asked) return network_.close(now_, event.index, 1, Farewell::abrupt);
  if (end.connection != Network::none && end.link->heard_since(greeting.asked_at)) {
    ++tally_.refused;
    if (is_traced()) trace(name(end.server) + " refuses a connection under a name that is in use");
    return network_.close(now_, event.index, 1, Farewell::abrupt);
  }
  accept(event.index);
}

void SimulatedHerd::accept(std::uint32_t connection) {
  const auto end_point = network_[connection].end_point[1];
  auto& end = end_points_[end_point];
  if (end.connection != Network::none) {
    ++tally_.replaced;
    close(end_point, Farewell::abrupt, "replaced by a newer connection");
  }
  auto& greeting = greetings_[connection];
  greeting.accepted = true;
  end.connection = connection;
  end.link->connect(now_);
  receive(end_point, greeting.received);
  // What came while the older connection was asked.
  if (end.connection == connection && !failure_) receive(end_point, network_.take(now_, connection, 1));
}

void SimulatedHerd::receive(std::uint32_t end_point, std::string_view bytes) {
  if (bytes.empty()) return;
  auto& end = end_points_[end_point];
  auto& server = servers_[end.server];
  server.bytes_in += bytes.size();
  const auto changes_before = server.life->store.changes();
  const auto received = end.link->receive(now_, bytes);
  if (!received) {
    return fail("I6: " + name(end.server) + " closed a connection for what " + end.link->neighbor() +
                " said: " + received.error().message);
  }
  if (server.life->store.changes() != changes_before) {
    const auto& connection = network_[end.connection];
    note_changes(end.server, life(end_points_[connection.end_point[1 - end.side]].server));
    wake_all(end.server, end_point);
  }
  if (end.link->is_up()) end.backoff.reset();
  check_acknowledged(end_point);
  schedule_turn(end_point, now_ + random_.below(server.options.turn_max));
}

void SimulatedHerd::on_turn(const Event& event) {
  auto& end = end_points_[event.index];
  if (end.turn_at != event.at) return;
  end.turn_at = never;
  if (end.connection == Network::none) return;
  const auto& server = servers_[end.server];
  if (now_ < server.frozen_until) return schedule_turn(event.index, server.frozen_until);
  auto& link = *end.link;
  if (const auto expired = link.expire(now_)) {
    ++tally_.expired;
    return close(event.index, Farewell::abrupt, expired->message);
  }

  auto next = link.expires_at();
  end.blocked = !network_.has_room(end.connection, end.side);
  if (!end.blocked) {
    output_.clear();
    link.write(now_, output_);
    if (!output_.empty()) {
      look_at(end, output_);
      network_.write(now_, end.connection, end.side, output_);
      end.blocked = !network_.has_room(end.connection, end.side);
    }
    if (!end.blocked) {
      const auto wanted = link.next_write();
      next = std::min(next, wanted > now_ ? wanted : now_ + random_.below(server.options.turn_max));
    }
  }
  if (end.blocked) ++tally_.blocked;
  if (next != never) schedule_turn(event.index, std::max(next, now_) + turn_min);
}

void SimulatedHerd::on_thaw(const Event& event) {
  auto& server = servers_[event.index];
  if (!server.life || now_ < server.frozen_until || !std::exchange(server.stood_still_long, false)) return;
  ++tally_.restarted;
  for (const auto end_point : server.end_points) {
    if (end_points_[end_point].connection != Network::none) {
      close(end_point, Farewell::abrupt, "it stood still itself");
    }
  }
}

void SimulatedHerd::close(std::uint32_t end_point, Farewell farewell, std::string_view why) {
  auto& end = end_points_[end_point];
  if (is_traced()) {
    trace(name(end.server) + " closes its connection with " + end.link->neighbor() + ": " + std::string(why));
  }
  const auto connection = std::exchange(end.connection, Network::none);
  end.link->disconnect();
  network_.close(now_, connection, end.side, farewell);
  if (end.target != Network::none) schedule_dial(end_point, end.backoff.next(random_.bits()));
}

void SimulatedHerd::schedule_dial(std::uint32_t end_point, Duration wait) {
  end_points_[end_point].dial_at = now_ + wait;
  events_.push({.at = now_ + wait, .kind = Event::Kind::dial, .index = end_point});
}

void SimulatedHerd::schedule_turn(std::uint32_t end_point, Time at) {
  auto& end = end_points_[end_point];
  if (at >= end.turn_at) return;
  end.turn_at = at;
  events_.push({.at = at, .kind = Event::Kind::turn, .index = end_point});
}

void SimulatedHerd::wake_all(std::size_t server, std::uint32_t except) {
  for (const auto end_point : servers_[server].end_points) {
    if (end_point != except && end_points_[end_point].connection != Network::none) {
      schedule_turn(end_point, now_ + random_.below(servers_[server].options.turn_max));
    }
  }
}

bool SimulatedHerd::is_settled(std::size_t edge) const {
  const auto& a = end_points_[2 * edge];
  const auto& b = end_points_[2 * edge + 1];
  if (a.connection == Network::none || a.connection != b.connection || !network_.is_sound(a.connection)) return false;
  for (const auto* end : {&a, &b}) {
    if (is_frozen(end->server) || servers_[end->server].stood_still_long) return false;
    if (!end->link->is_up() || end->link->has_unsent() || end->link->unacknowledged() != 0) return false;
  }
  return true;
}

void SimulatedHerd::fail(std::string why) {
  if (failure_) return;
  failure_ = std::move(why);
  if (is_traced()) trace("FAILED: " + *failure_);
}

void SimulatedHerd::trace(std::string_view line) {
  if (trace_ == nullptr) return;
  auto milliseconds = std::to_string((now_ - second) / millisecond);
  milliseconds.insert(0, 6 - std::min<std::size_t>(6, milliseconds.size()), ' ');
  trace_->append(milliseconds).append(" ms  ").append(line).append("\n");
}

}  // namespace herd::simulation
