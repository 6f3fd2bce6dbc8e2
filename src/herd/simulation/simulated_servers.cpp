// What befalls the servers of a simulated herd, and what is checked of them at every step.

#include <algorithm>
#include <limits>

#include "herd/simulation/simulated_herd.h"
#include "herd/wire/link_message.h"

namespace herd::simulation {
namespace {

/// Of what clients of a simulated herd report, with its length before it.
constexpr std::size_t record_bytes_max = 128;
constexpr std::size_t data_header_bytes = 15;

}  // namespace

void SimulatedHerd::start(std::size_t index, const std::vector<RecordBook::Id>& disk) {
  auto& server = servers_[index];
  server.life = std::make_unique<Life>(name(index), random_.bits() | 1, options_);
  auto& life = *server.life;
  server.frozen_until = 0;
  server.stood_still_long = false;
  life.store.expire(clock(index));
  for (const auto id : disk) {
    store::RecordStore::Offer offer{book_[id].record};
    life.store.report({&offer, 1});
  }
  note_changes(index, nullptr);
  if (is_traced()) trace(name(index) + " starts with " + std::to_string(disk.size()) + " records");
  for (const auto end_point : server.end_points) {
    auto& end = end_points_[end_point];
    const auto& edge = options_.topology.edges[end.edge];
    const auto neighbor = end.side == 0 ? edge.second : edge.first;
    auto link_options = options_.link;
    link_options.version_max = server.options.version_max;
    end.link = std::make_unique<flood::Link>(life.self, name(neighbor), life.store, log_, link_options);
    end.verified_epoch = 0;
    end.backoff = flood::Backoff(options_.redial_min, options_.redial_max);
    if (end.target != Network::none) schedule_dial(end_point, random_.below(options_.redial_min));
  }
}

void SimulatedHerd::upgrade(std::size_t server) {
  servers_[server].options.version_max = wire::link_version;
}

void SimulatedHerd::crash(std::size_t index, Farewell farewell) {
  auto& server = servers_[index];
  if (!server.life) return;
  if (is_traced()) trace(name(index) + " crashes");
  for (std::uint32_t id = 0; id < network_.connections(); ++id) {
    const auto& connection = network_[id];
    for (std::uint8_t side = 0; side < 2; ++side) {
      if (connection.open[side] && end_points_[connection.end_point[side]].server == index) {
        network_.close(now_, id, side, farewell);
      }
    }
  }
  for (const auto end_point : server.end_points) {
    auto& end = end_points_[end_point];
    end.connection = Network::none;
    end.dial_at = end.turn_at = never;
    if (end.link) tally_.add(end.link->counters());
    end.link.reset();
  }
  server.life.reset();
}

void SimulatedHerd::stand_still(std::size_t index, Duration duration) {
  auto& server = servers_[index];
  if (!server.life || is_frozen(index)) return;
  if (is_traced()) trace(name(index) + " stands still for " + std::to_string(duration / millisecond) + " ms");
  server.frozen_until = now_ + duration;
  server.stood_still_long = duration > options_.stopped_after;
  // Whether it reads what came meanwhile before it finds that it stood still is a matter of chance.
  const auto finds = server.frozen_until + (random_.chance(2) ? millisecond : 0);
  events_.push({.at = finds, .kind = Event::Kind::thaw, .index = static_cast<std::uint32_t>(index)});
}

bool SimulatedHerd::hear(std::size_t index, std::uint32_t client, Time client_time, unsigned place,
                         unsigned attributes) {
  auto& server = servers_[index];
  if (!server.life || is_frozen(index)) return false;
  const auto heard_at = clocks_begin + now_ + server.options.clock_skew;
  // A server that is not upgraded yet does not know what they are.
  if (server.options.version_max < wire::link_version) attributes = 0;
  const auto id = book_.add(name(index), client, client_time, heard_at, place, attributes);
  const auto& record = book_[id].record;
  auto& store = server.life->store;
  store::RecordStore::Offer offer{record};
  store.report({&offer, 1});
  const bool accepted = is_accepted(offer.outcome);
  if (is_traced()) trace(name(index) + " hears " + book_[id].bytes + (accepted ? "" : " (nothing new)"));
  if (!accepted) return false;
  note_changes(index, nullptr);
  wake_all(index, Network::none);
  return true;
}

bool SimulatedHerd::forget_client(std::size_t index, std::uint32_t client) {
  auto& server = servers_[index];
  if (!server.life || is_frozen(index) || server.options.version_max < wire::link_version) return false;
  const auto held = server.life->held[client].record;
  if (held == RecordBook::none) return false;
  const auto known = book_[held].record;
  const auto now = clock(index);
  if (!known.is_tombstone()) book_.add_tombstone(name(index), client, held, now);
  const bool forgotten = server.life->store.forget(known.client, name(index), now);
  if (is_traced()) {
    trace(name(index) + " forgets " + std::string(known.client) + (forgotten ? "" : " (nothing new)"));
  }
  if (forgotten == known.is_tombstone()) fail("I2: " + name(index) + " does not forget what it holds");
  if (!forgotten) return false;
  note_changes(index, nullptr);
  wake_all(index, Network::none);
  return true;
}

void SimulatedHerd::expire(std::size_t index) {
  auto& server = servers_[index];
  if (!server.life) return;
  server.life->store.expire(clock(index));
  for (auto& held : server.life->held) {
    if (is_expired(held.record, index)) held = Held();
  }
}

/// Whether it is a tombstone that a server erases once it looks.
bool SimulatedHerd::is_expired(RecordBook::Id id, std::size_t server) const {
  if (id == RecordBook::none) return false;
  const auto& record = book_[id].record;
  const auto age_max = clock(server) - options_.tuning.forget_after;
  return record.is_tombstone() && record.heard_at < age_max - age_max % options_.tuning.forget_every;
}

void SimulatedHerd::reset(std::size_t cable) {
  const auto id = network_.find(cable);
  if (id == Network::none) return;
  // Both ends learn of it at once, and of what is under way each direction keeps some beginning.
  for (std::uint8_t side = 0; side < 2; ++side) {
    const auto& connection = network_[id];
    if (!connection.open[side]) continue;
    const auto end_point = connection.end_point[side];
    if (is_frozen(end_points_[end_point].server)) {
      continue;
    }
    if (side == 1 && !greetings_[id].accepted) {
      network_.close(now_, id, 1, Farewell::abrupt);
    } else {
      close(end_point, Farewell::abrupt, "reset");
    }
  }
}

void SimulatedHerd::forget(std::size_t cable, std::uint8_t side) {
  const auto id = network_.find(cable);
  if (id == Network::none || !network_[id].open[side]) return;
  const auto end_point = network_[id].end_point[side];
  if (end_points_[end_point].connection != id || is_frozen(end_points_[end_point].server)) return;
  close(end_point, Farewell::silent, "reset, which the other end is not told");
}

void SimulatedHerd::note_changes(std::size_t index, const Life* from) {
  auto& life = *servers_[index].life;
  for (std::size_t p = 0; p < life.store.size(); ++p) {
    if (life.store.sequence(p) == life.noted[p]) continue;
    const auto partition = life.store.open(p);
    for (std::size_t slot = 0; slot < partition->slots(); ++slot) {
      const auto now_held = partition->held(slot);
      if (now_held.sequence() <= life.noted[p]) continue;
      line_.clear();
      wire::append_identity(line_, now_held.record());
      const auto id = book_.find(line_);
      if (id == RecordBook::none) return fail("I2: " + name(index) + " holds what nobody ever heard: " + line_);
      const auto client = book_[id].client;
      auto& held = life.held[client];
      if (held.record == id) return fail("I4: " + name(index) + " accepted twice " + book_[id].bytes);
      if (!book_.is_older(held.record, id)) {
        return fail("I3: " + name(index) + " went back from " + book_[held.record].bytes + " to " + book_[id].bytes);
      }
      held = {id, now_held.sequence(), from != nullptr ? from->held[client].hops + 1 : 0};
      note_spread(id, held.hops);
      if (is_traced() && from != nullptr) {
        trace(name(index) + " has from " + from->self.server + ": " + book_[id].bytes);
      }
    }
    life.noted[p] = partition->sequence();
  }
}

void SimulatedHerd::note_spread(RecordBook::Id record, std::uint32_t hops) {
  if (record >= spreads_.size()) spreads_.resize(record + 1);
  auto& spread = spreads_[record];
  if (spread.servers++ == 0) spread.heard = now_;
  spread.last = now_;
  spread.hops = std::max(spread.hops, hops);
}

/// An acknowledgement of p means that the neighbour holds everything up to p, or something newer; so does the position
/// from which it wants to go on.
void SimulatedHerd::check_acknowledged(std::uint32_t end_point) {
  auto& end = end_points_[end_point];
  const auto& link = *end.link;
  if (!link.is_up()) return;
  const auto& us = *servers_[end.server].life;
  const auto unacknowledged = link.unacknowledged();
  const bool one = us.store.size() == 1;
  // The link tells the sum over all partitions; of several it is known only that all is acknowledged.
  if (!one && unacknowledged != 0) return;
  const auto position = one ? us.store.sequence(0) - unacknowledged : us.store.changes();
  if (end.verified_epoch != link.neighbor_epoch()) {
    end.verified_epoch = link.neighbor_epoch();
    end.verified = 0;
  }
  if (position <= end.verified) return;
  const auto& connection = network_[end.connection];
  const auto* them = life(end_points_[connection.end_point[1 - end.side]].server);
  if (them == nullptr || them->self.epoch != link.neighbor_epoch()) return;
  for (std::size_t client = 0; client < us.held.size(); ++client) {
    const auto& held = us.held[client];
    // What an older neighbour is not told, and what it has erased a moment before us.
    const auto* const record = held.record == RecordBook::none ? nullptr : &book_[held.record].record;
    if (record != nullptr && !link.says_all() && (record->is_tombstone() || !record->attributes.empty())) continue;
    if (is_expired(held.record, end.server)) continue;
    if (one && (held.sequence > position || held.sequence <= end.verified)) continue;
    if (book_.is_older(them->held[client].record, held.record)) {
      return fail("ACK: " + link.neighbor() + " acknowledged up to " + std::to_string(position) + " to " +
                  us.self.server + " without holding change " + std::to_string(held.sequence) + ", " +
                  book_[held.record].bytes);
    }
  }
  end.verified = position;
}

void SimulatedHerd::look_at(const EndPoint& end, std::string_view messages) {
  std::size_t data_bytes = 0;
  while (!messages.empty()) {
    const auto before = messages.size();
    const auto message = wire::take_message(messages);
    if (!message || !message->has_value()) return fail("I6: a link wrote what is no message");
    const auto bytes = before - messages.size();
    if (std::holds_alternative<wire::Data>(**message)) data_bytes += bytes;
    if (std::holds_alternative<wire::Ping>(**message) || std::holds_alternative<wire::Pong>(**message) ||
        std::holds_alternative<wire::Check>(**message)) {
      continue;
    }
    ++tally_.messages;
    tally_.bytes += bytes;
    if (quiet_.empty() || !quiet_[end.edge]) continue;
    return fail("not quiet: " + name(end.server) + " still sends to " + end.link->neighbor() +
                " though nothing changes (message kind " + std::to_string((*message)->index()) + ")");
  }
  // One record may carry a batch over.
  const auto data_bytes_max = options_.link.batch_bytes + record_bytes_max + options_.partitions * data_header_bytes;
  if (data_bytes > data_bytes_max) {
    fail("I5: " + name(end.server) + " sent a batch of " + std::to_string(data_bytes) + " bytes to " +
         end.link->neighbor() + ", more than " + std::to_string(data_bytes_max));
  }
}

std::uint64_t SimulatedHerd::digest(std::size_t server, std::size_t partition) const {
  auto looks_left = std::numeric_limits<std::size_t>::max();
  return servers_[server].life->store.open(partition).digests(looks_left).digest(0, 0);
}

SimulatedHerd::Tally SimulatedHerd::tally() const {
  auto tally = tally_;
  for (const auto& end : end_points_) {
    if (end.link) tally.add(end.link->counters());
  }
  return tally;
}

void SimulatedHerd::Tally::add(const flood::LinkCounters& counters) {
  records_in += counters.records_in;
  records_accepted += counters.records_accepted;
  resumes += counters.resumes;
  exchanges += counters.exchanges;
  divergences += counters.divergences;
}

}  // namespace herd::simulation
