#include "herd/flood/link.h"

#include <algorithm>
#include <limits>

#include "herd/base/text.h"

namespace herd::flood {
namespace {

constexpr Duration ack_within = 50 * millisecond;
constexpr std::size_t ack_after_bytes = 64 * 1024;
/// A position alone, for changes that the neighbour taught us itself, is in no hurry.
constexpr Duration position_within = 50 * millisecond;
/// On a busy link nothing is silent, yet the round trip shall be known.
constexpr Duration ping_every = 2 * second;
constexpr Time never = std::numeric_limits<Time>::max();

/// Every refusal of a hello begins the same, so that logs can be searched.
Error refused(const std::string& reason) {
  return Error{"hello refused: " + reason};
}

/// A name as a stranger may have made it up.
std::string quoted(std::string_view name) {
  std::string quoted = "\"";
  append_printable(quoted, name, wire::server_bytes_max);
  return quoted + "\"";
}

}  // namespace

Link::Link(const Identity& self, std::string neighbor, store::RecordStore& store, TrafficLog& log, LinkTimes times)
    : self_(self),
      neighbor_(std::move(neighbor)),
      store_(store),
      log_(log),
      times_(times),
      held_(store.size()),
      streams_(store.size()) {}

void Link::connect(Time now) {
  disconnect();
  connected_ = true;
  connected_at_ = last_received_ = last_ping_ = last_ack_ = now;
}

void Link::disconnect() {
  connected_ = hello_sent_ = hello_received_ = false;
  streams_.assign(streams_.size(), Stream{});
  input_.clear();
  ping_wanted_ = false;
  pong_due_.reset();
  ack_due_at_.reset();
  bytes_to_acknowledge_ = 0;
  position_due_at_.reset();
  lag_ = LagMeter{};
}

Result<void> Link::receive(Time now, std::string_view bytes) {
  last_received_ = now;
  counters_.bytes_in += bytes.size();
  input_.append(bytes);
  std::string_view rest = input_;
  for (;;) {
    auto message = wire::take_message(rest);
    if (!message) return message.error();
    if (!message->has_value()) break;
    auto done = std::visit([&](const auto& m) { return on(now, m); }, **message);
    if (!done) return done;
  }
  input_.erase(0, input_.size() - rest.size());
  return {};
}

Result<void> Link::check(const wire::Hello& hello) const {
  if (hello.herd != self_.herd) {
    return refused("it is of herd " + quoted(hello.herd) + ", this one is " + quoted(self_.herd));
  }
  if (hello.server != neighbor_) return refused("it calls itself " + quoted(hello.server));
  if (hello.version_min > wire::link_version || hello.version_max < wire::link_version) {
    return refused("it speaks link versions " + std::to_string(hello.version_min) + " to " +
                   std::to_string(hello.version_max) + ", this server " + std::to_string(wire::link_version));
  }
  if (hello.order != wire::order_version || hello.ahead_max != wire::ahead_max) {
    return refused("it orders records in another way");
  }
  if (hello.held.size() != store_.size()) {
    return refused("it has " + std::to_string(hello.held.size()) + " partitions, this server " +
                   std::to_string(store_.size()));
  }
  if (hello.epoch == 0) return refused("it states no epoch");
  if (hello.epoch == self_.epoch) return refused("it states our own epoch");
  return {};
}

Result<void> Link::on(Time /*now*/, const wire::Hello& hello) {
  if (hello_received_) return Error{"a second hello"};
  if (auto valid = check(hello); !valid) return valid;

  const bool same_life = hello.epoch == neighbor_epoch_;
  if (!same_life) {
    neighbor_epoch_ = hello.epoch;
    held_.assign(held_.size(), std::nullopt);
    source_ = store_.new_source();
  }
  hello_received_ = true;
  ++counters_.connects;
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    auto& stream = streams_[i];
    const auto& held = hello.held[i];
    // The resume point is what the receiver states, never what the sender remembers.
    if (same_life && hello.held_epoch == self_.epoch && held && *held <= store_[i].sequence()) {
      stream.follower.resume(*held);
      stream.sent = stream.acknowledged = *held;
      ++counters_.resumes;
    } else {
      stream.follower.start_over(store_[i]);
      ++counters_.exchanges;
    }
  }
  return {};
}

Result<void> Link::on(Time now, const wire::Data& data) {
  if (!hello_received_) return Error{"data before a hello"};
  if (data.partition >= store_.size()) return Error{"data of partition " + std::to_string(data.partition)};
  auto records = data.records;
  while (const auto bytes = wire::take_record(records)) {
    const auto record = wire::parse_record(*bytes);
    if (!record || store_.partition_of(record->client) != data.partition) {
      return Error{record ? "a record in the wrong partition" : "a record that is none"};
    }
    ++counters_.records_in;
    bytes_to_acknowledge_ += bytes->size();
    log_.line(TrafficLog::Direction::in, neighbor_, *bytes);
    // Equal or older: nothing. Never is ours sent back: with unequal clocks that storms.
    if (store_.offer(data.partition, *record, source_)) ++counters_.records_accepted;
  }
  if (!records.empty()) return Error{"a record longer than its message"};
  if (data.position) {
    held_[data.partition] = data.position;
    streams_[data.partition].to_acknowledge = data.position;
    // At once if it is the first in a while, so that lag says how long the way takes.
    if (!ack_due_at_) ack_due_at_ = std::max(now, last_ack_ + ack_within);
  }
  return {};
}

Result<void> Link::on(Time /*now*/, const wire::Ack& ack) {
  if (!hello_received_) return Error{"an acknowledgement before a hello"};
  auto positions = ack.positions;
  while (const auto acknowledged = wire::take_acknowledged(positions)) {
    if (acknowledged->partition >= streams_.size()) return Error{"an acknowledgement of an unknown partition"};
    auto& stream = streams_[acknowledged->partition];
    if (!stream.sent || acknowledged->position > *stream.sent)
      return Error{"an acknowledgement of what was never sent"};
    stream.acknowledged = std::max(stream.acknowledged, acknowledged->position);
  }
  if (!positions.empty()) return Error{"an acknowledgement cut short"};
  std::uint64_t total = 0;
  for (const auto& stream : streams_) total += stream.acknowledged;
  lag_.on_acknowledged(total);
  return {};
}

Result<void> Link::on(Time /*now*/, const wire::Ping& ping) {
  if (!hello_received_) return Error{"a ping before a hello"};
  pong_due_ = ping.sent;
  return {};
}

Result<void> Link::on(Time now, const wire::Pong& pong) {
  if (!hello_received_) return Error{"a pong before a hello"};
  if (pong.sent > now || pong.sent < connected_at_) return Error{"a pong that answers no ping"};
  round_trip_ = now - pong.sent;
  return {};
}

void Link::write(Time now, std::string& out) {
  if (!connected_) return;
  const auto before = out.size();
  if (!hello_sent_) {
    write_hello(out);
    hello_sent_ = true;
  }
  if (pong_due_) {
    wire::append_message(out, wire::Pong{*pong_due_});
    pong_due_.reset();
  }
  if (hello_received_) {
    if (now >= ping_due_at()) {
      wire::append_message(out, wire::Ping{now});
      last_ping_ = now;
      ping_wanted_ = false;
    }
    write_acks(now, out);
    write_batch(now, out);
  }
  counters_.bytes_out += out.size() - before;
}

void Link::write_hello(std::string& out) const {
  wire::Hello hello;
  hello.herd = self_.herd;
  hello.server = self_.server;
  hello.epoch = self_.epoch;
  hello.ahead_max = wire::ahead_max;
  hello.held_epoch = neighbor_epoch_;
  hello.held = held_;
  wire::append_message(out, hello);
}

void Link::write_acks(Time now, std::string& out) {
  if (!ack_due_at_ || (now < *ack_due_at_ && bytes_to_acknowledge_ < ack_after_bytes)) return;
  wire::AckWriter ack(out);
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    auto& to_acknowledge = streams_[i].to_acknowledge;
    if (to_acknowledge) ack.add({static_cast<std::uint16_t>(i), *to_acknowledge});
    to_acknowledge.reset();
  }
  ack.finish();
  ack_due_at_.reset();
  last_ack_ = now;
  bytes_to_acknowledge_ = 0;
}

void Link::write_batch(Time now, std::string& out) {
  const auto begin = out.size();
  const bool positions_due = position_due_at_ && now >= *position_due_at_;
  bool records_sent = false;
  bool position_waits = false;
  LagMeter::Progress progress{.drained = true};
  auto looks_left = store::Follower::looks_per_turn;

  for (std::size_t i = 0; i < streams_.size(); ++i) {
    const auto partition = (next_stream_ + i) % streams_.size();
    auto& stream = streams_[partition];
    if (out.size() - begin < wire::batch_bytes && looks_left > 0) {
      wire::DataWriter data(out, static_cast<std::uint16_t>(partition));
      const bool position_was_unknown = !stream.follower.position();
      stream.follower.read(store_[partition], source_, looks_left, [&](std::string_view record) {
        data.add(record);
        ++counters_.records_out;
        log_.line(TrafficLog::Direction::out, neighbor_, record);
        return out.size() - begin < wire::batch_bytes;
      });
      const auto position = stream.follower.position();
      const bool position_is_news = position && stream.sent != position;
      // An exchange or a walk ends with a position, if need be in a message without records.
      if (data.has_records() || (position_is_news && (positions_due || position_was_unknown))) {
        records_sent |= data.has_records();
        data.finish(position);
        if (position) stream.sent = position;
      } else {
        data.cancel();
        position_waits |= position_is_news;
      }
    } else {
      position_waits = true;
    }
    progress.stated += stream.sent.value_or(0);
    progress.read += stream.follower.position().value_or(0);
    progress.tail += store_[partition].sequence();
    progress.drained &= stream.follower.is_caught_up(store_[partition]);
  }
  next_stream_ = (next_stream_ + 1) % streams_.size();

  if (!position_waits) {
    position_due_at_.reset();
  } else if (!position_due_at_) {
    position_due_at_ = now + position_within;
  }
  if (records_sent) {
    lag_.on_sent(now, progress);
  } else if (!progress.drained) {
    lag_.on_backlog(now);
  }
}

std::optional<Error> Link::expire(Time now) const {
  if (!connected_) return std::nullopt;
  if (!hello_received_ && now - connected_at_ > times_.hello_max) return Error{"no hello in time"};
  if (now - last_received_ > times_.silence_max) {
    return Error{"silent for " + std::to_string(times_.silence_max / millisecond) + " ms"};
  }
  return std::nullopt;
}

Time Link::ping_due_at() const {
  if (ping_wanted_) return last_received_;
  return std::min(std::max(last_received_, last_ping_) + times_.ping_after, last_ping_ + ping_every);
}

Time Link::next_write() const {
  if (!hello_received_) return never;
  return std::min({ping_due_at(), ack_due_at_.value_or(never), position_due_at_.value_or(never)});
}

bool Link::has_unsent() const {
  if (!hello_received_) return false;
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    if (!streams_[i].follower.is_caught_up(store_[i])) return true;
  }
  return false;
}

store::Sequence Link::unacknowledged() const {
  store::Sequence unacknowledged = 0;
  for (std::size_t i = 0; i < streams_.size(); ++i) unacknowledged += store_[i].sequence() - streams_[i].acknowledged;
  return unacknowledged;
}

}  // namespace herd::flood
