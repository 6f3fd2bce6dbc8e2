#include "simulation/simulated_herd.h"

#include <algorithm>
#include <set>

#include "flood/records.h"

namespace herd::simulation {
namespace {

constexpr Time epoch_of_clocks = 1'700'000'000 * second;
constexpr std::size_t clients = 12;
// In some herds ids are so long that a table takes several batches.
constexpr std::size_t clients_with_long_ids = 40;
constexpr std::size_t long_id_bytes = 4000;

}  // namespace

SimulatedHerd::SimulatedHerd(std::uint64_t seed, std::size_t servers, const Cables& cables)
    : random_(seed), long_ids_(chance(4)) {
  for (std::size_t i = 0; i < servers; ++i) {
    Server server;
    server.name = std::string(1, static_cast<char>('A' + i));
    server.clock_skew = chance(2) ? 0 : static_cast<Duration>(random(7200)) * second - 3600 * second;
    servers_.push_back(std::move(server));
  }
  for (const auto& [a, b] : cables) {
    Cable cable;
    cable.ends = {std::min(a, b), std::max(a, b)};
    cable.delay_max = chance(3) ? 200 * millisecond : millisecond;
    cables_.push_back(std::move(cable));
  }
  for (std::size_t i = 0; i < servers; ++i) start(i);
}

void SimulatedHerd::start(std::size_t server) {
  auto& the_server = servers_[server];
  the_server.life = std::make_unique<Life>(the_server.name, ++epochs_);
  auto& life = *the_server.life;
  for (std::size_t i = 0; i < cables_.size(); ++i) {
    const auto& ends = cables_[i].ends;
    if (ends[0] != server && ends[1] != server) continue;
    const auto other = ends[0] == server ? ends[1] : ends[0];
    life.links[i] =
        std::make_unique<flood::Link>(life.self, servers_[other].name, life.store, log_, flood::LinkOptions{});
  }
}

void SimulatedHerd::crash(std::size_t server) {
  for (auto& cable : cables_) {
    for (std::size_t end = 0; end < 2; ++end) {
      // The kernel says goodbye for a process that died, unless the cable is cut.
      if (cable.ends[end] == server) close(cable, end, true);
    }
  }
  servers_[server].life.reset();
  servers_[server].stands_still_until = 0;
}

bool SimulatedHerd::is_serving(std::size_t server) const {
  return servers_[server].life != nullptr && now_ >= servers_[server].stands_still_until;
}

void SimulatedHerd::run_with_faults(Duration duration) {
  for (const auto end = now_ + duration; now_ < end;) {
    while (!chance(3)) report_from_a_client();
    if (chance(40)) happen_a_fault();
    advance();
  }
}

void SimulatedHerd::run_quietly(Duration duration) {
  for (const auto end = now_ + duration; now_ < end;) advance();
}

void SimulatedHerd::report_from_a_client() {
  auto client = "c" + std::to_string(random(long_ids_ ? clients_with_long_ids : clients));
  if (long_ids_) client.resize(long_id_bytes, '.');
  // Few different times, so that many are equal, older or from the future.
  const auto client_time = epoch_of_clocks + now_ / second * second + static_cast<Time>(random(3)) * second +
                           (chance(20) ? 1000 * second : 0);
  hear(random(servers_.size()), client, client_time);
  if (chance(4)) hear(random(servers_.size()), client, client_time);
}

void SimulatedHerd::hear(std::size_t server, const std::string& client, Time client_time) {
  if (!is_serving(server)) return;
  auto& life = *servers_[server].life;
  const auto line =
      flood::at_line(servers_[server].name, client, client_time, epoch_of_clocks + now_ + servers_[server].clock_skew);
  life.store.offer(0, *wire::parse_record(line), store::heard_here);
}

void SimulatedHerd::happen_a_fault() {
  auto& cable = cables_[random(cables_.size())];
  const auto server = random(servers_.size());
  switch (random(6)) {
    case 0:
      cut(cable);
      break;
    case 1:
      cable.cut = {};
      break;
    case 2:
      if (servers_[server].life) crash(server);
      break;
    case 3:
      if (!servers_[server].life) start(server);
      break;
    case 4:
      servers_[server].stands_still_until = now_ + static_cast<Duration>(random(5000)) * millisecond;
      break;
    default:
      // A connection is reset, the cable stays.
      close(cable, random(2), true);
      break;
  }
}

void SimulatedHerd::cut(Cable& cable) {
  if (chance(3)) {
    cable.cut[random(2)] = true;
  } else {
    cable.cut = {true, true};
  }
  std::set<std::shared_ptr<Connection>> connections{cable.connection[0], cable.connection[1], cable.dialled};
  connections.erase(nullptr);
  for (const auto& connection : connections) {
    for (std::size_t end = 0; end < 2; ++end) {
      if (!cable.cut[end]) continue;
      auto& pipe = connection->to[end];
      pipe.broken = true;
      const auto surviving = random(pipe.chunks.size() + 1);
      pipe.chunks.resize(surviving);
      // Some learn of it, others have to notice the silence.
      if (chance(2)) connection->told_closed_at[end] = now_ + static_cast<Duration>(random(500)) * millisecond;
    }
  }
}

void SimulatedHerd::close(Cable& cable, std::size_t end, bool tell_other) {
  const auto connection = std::exchange(cable.connection[end], nullptr);
  if (cable.dialled == connection || end == 0) cable.dialled.reset();
  auto& life = servers_[cable.ends[end]].life;
  if (life) life->links[static_cast<std::size_t>(&cable - cables_.data())]->disconnect();
  if (end == 0) cable.dial_at = now_ + cable.backoff.next(random_());
  if (!connection) return;
  const auto other = 1 - end;
  connection->to[end].broken = true;
  if (tell_other && !connection->to[other].broken) {
    const auto last = connection->to[other].chunks.empty() ? now_ : connection->to[other].chunks.back().due;
    connection->told_closed_at[other] = last + step;
  }
}

void SimulatedHerd::advance() {
  now_ += step;
  for (auto& cable : cables_) dial(cable);
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    if (is_serving(i)) serve(i);
  }
}

/// The smaller id dials; the other end accepts when the first bytes arrive.
void SimulatedHerd::dial(Cable& cable) {
  const auto reachable = !cable.cut[0] && !cable.cut[1] && servers_[cable.ends[1]].life != nullptr;
  if (cable.connection[0] || now_ < cable.dial_at || !is_serving(cable.ends[0])) return;
  if (!reachable) {
    cable.dial_at = now_ + cable.backoff.next(random_());
    return;
  }
  cable.connection[0] = cable.dialled = std::make_shared<Connection>();
  servers_[cable.ends[0]].life->links[static_cast<std::size_t>(&cable - cables_.data())]->connect(now_);
}

void SimulatedHerd::serve(std::size_t server) {
  auto& the_server = servers_[server];
  const bool stood_still = std::exchange(the_server.stands_still_until, 0) != 0;
  for (std::size_t i = 0; i < cables_.size(); ++i) {
    for (std::size_t end = 0; end < 2; ++end) {
      if (cables_[i].ends[end] != server) continue;
      if (stood_still && cables_[i].connection[end]) close(cables_[i], end, true);
      serve_end(server, i);
    }
  }
}

void SimulatedHerd::serve_end(std::size_t server, std::size_t cable_index) {
  auto& cable = cables_[cable_index];
  auto& link = *servers_[server].life->links[cable_index];
  const std::size_t end = cable.ends[0] == server ? 0 : 1;

  if (end == 1 && cable.dialled) {
    const auto& chunks = cable.dialled->to[1].chunks;
    if (!chunks.empty() && chunks.front().due <= now_) {
      // A newer connection replaces the older one; nothing more is read from that.
      auto newcomer = std::exchange(cable.dialled, nullptr);
      if (cable.connection[1]) close(cable, 1, true);
      cable.connection[1] = std::move(newcomer);
      link.connect(now_);
    }
  }

  const auto connection = cable.connection[end];
  if (!connection) return;
  auto& incoming = connection->to[end];
  while (!incoming.chunks.empty() && incoming.chunks.front().due <= now_) {
    const auto bytes = std::move(incoming.chunks.front().bytes);
    incoming.chunks.pop_front();
    incoming.bytes -= bytes.size();
    const auto received = link.receive(now_, bytes);
    if (!received) {
      failure_ = servers_[server].name + " closed a link: " + received.error().message;
      close(cable, end, true);
      return;
    }
    if (link.is_up()) cable.backoff.reset();
    check_acknowledged(cable, end);
  }
  if (link.expire(now_) || (connection->told_closed_at[end] && *connection->told_closed_at[end] <= now_)) {
    close(cable, end, true);
    return;
  }

  auto& outgoing = connection->to[1 - end];
  if (outgoing.bytes >= pipe_bytes_max) return;
  std::string out;
  link.write(now_, out);
  if (out.empty() || outgoing.broken) return;
  const auto earliest = outgoing.chunks.empty() ? now_ : outgoing.chunks.back().due;
  const auto due =
      std::max(earliest, now_ + static_cast<Duration>(random(static_cast<std::uint64_t>(cable.delay_max))));
  // The network cuts where it likes.
  const auto middle = random(out.size() + 1);
  outgoing.bytes += out.size();
  outgoing.chunks.push_back({due, out.substr(0, middle)});
  outgoing.chunks.push_back({due, out.substr(middle)});
}

/// An acknowledgement of p means: the neighbour holds everything up to p, or something newer.
void SimulatedHerd::check_acknowledged(const Cable& cable, std::size_t end) {
  const auto& us = servers_[cable.ends[end]];
  const auto& neighbor = servers_[cable.ends[1 - end]];
  const auto& link = *us.life->links.at(static_cast<std::size_t>(&cable - cables_.data()));
  if (!link.is_up() || !neighbor.life || neighbor.life->self.epoch != link.neighbor_epoch()) return;
  const auto& store = us.life->store[0];
  const auto acknowledged = store.sequence() - link.unacknowledged();
  for (std::size_t slot = 0; slot < store.slots(); ++slot) {
    const auto held = store.held(slot);
    if (held.sequence > acknowledged) continue;
    const auto record = *wire::parse_record(held.bytes);
    const auto theirs = neighbor.life->store[0].find(record.client);
    if (!theirs || wire::compare(*wire::parse_record(*theirs), record) < 0) {
      failure_ = neighbor.name + " acknowledged up to " + std::to_string(acknowledged) + " to " + us.name +
                 " without holding " + std::string(held.bytes);
    }
  }
}

void SimulatedHerd::heal() {
  const bool all = chance(2);
  for (auto& cable : cables_) {
    if (all || !chance(4)) {
      cable.cut = {};
    } else {
      cut(cable);
      cable.cut = {true, true};
    }
  }
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    servers_[i].stands_still_until = std::min(servers_[i].stands_still_until, now_);
    if (!servers_[i].life && (all || !chance(4))) start(i);
  }
  tables_when_healed_.clear();
  for (std::size_t i = 0; i < servers_.size(); ++i) tables_when_healed_.push_back(table(i));
}

SimulatedHerd::Table SimulatedHerd::table(std::size_t server) const {
  Table table;
  if (!servers_[server].life) return table;
  const auto& store = servers_[server].life->store[0];
  for (std::size_t slot = 0; slot < store.slots(); ++slot) {
    const std::string bytes(store.held(slot).bytes);
    table.emplace(wire::parse_record(bytes)->client, bytes);
  }
  return table;
}

/// The live servers that working cables join to this one, itself among them.
std::vector<std::size_t> SimulatedHerd::component(std::size_t server) const {
  std::vector<std::size_t> reached{server};
  for (std::size_t next = 0; next < reached.size(); ++next) {
    for (const auto& cable : cables_) {
      for (std::size_t end = 0; end < 2; ++end) {
        const auto other = cable.ends[1 - end];
        if (cable.ends[end] != reached[next] || cable.cut[0] || cable.cut[1] || !servers_[other].life) continue;
        if (std::ranges::find(reached, other) == reached.end()) reached.push_back(other);
      }
    }
  }
  return reached;
}

std::uint64_t SimulatedHerd::records_sent() const {
  std::uint64_t sent = 0;
  for (const auto& server : servers_) {
    if (!server.life) continue;
    for (const auto& [cable, link] : server.life->links) sent += link->counters().records_out;
  }
  return sent;
}

std::optional<std::string> SimulatedHerd::failure() const {
  if (failure_) return failure_;
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    if (!servers_[i].life) continue;
    const auto ours = table(i);
    for (const auto other : component(i)) {
      if (table(other) != ours) return servers_[i].name + " and " + servers_[other].name + " do not agree";
      for (const auto& [client, bytes] : tables_when_healed_[other]) {
        const auto held = ours.find(client);
        if (held == ours.end() || wire::compare(*wire::parse_record(held->second), *wire::parse_record(bytes)) < 0) {
          return servers_[i].name + " lost what " + servers_[other].name + " held: " + bytes;
        }
      }
    }
  }
  return std::nullopt;
}

}  // namespace herd::simulation
