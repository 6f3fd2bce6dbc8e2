#include "herd/flood/link.h"

#include <algorithm>

#include "herd/base/text.h"

namespace herd::flood {
namespace {

/// On a busy link nothing is silent, yet the round trip shall be known.
constexpr Duration ping_every = 2 * second;
constexpr Time never = LinkOptions::never;
/// So often a neighbour whose question waits for another's turn to end is looked at.
constexpr Duration ask_for_turn_every = 5 * millisecond;
/// Of slots, to bring digests up to date in one turn: half a millisecond's work in a large table.
constexpr std::size_t looks_for_digests = 4096;

/// Every refusal of a hello begins the same, so that logs can be searched.
Error refused(const std::string& reason) {
  return Error{"hello refused: " + reason};
}

}  // namespace

Link::Link(const Identity& self, std::string neighbor, store::RecordStore& store, TrafficLog& log,
           const LinkOptions& options)
    : self_(self),
      neighbor_(std::move(neighbor)),
      store_(store),
      log_(log),
      options_(options),
      number_(store.add_neighbor()),
      readers_(store.size(), store::Reader{number_}),
      held_(store.size()),
      streams_(store.size()) {}

void Link::connect(Time now) {
  disconnect();
  // What was forgotten since may be erased here, where it could not be told: only comparing shows what the other lacks.
  if (now - last_talk_ > store_.tuning().forget_after / 2) neighbor_epoch_ = 0;
  connected_ = true;
  connected_at_ = last_received_ = last_ping_ = last_ack_ = last_news_ = now;
}

void Link::disconnect() {
  for (std::size_t i = 0; i < streams_.size(); ++i) store_.turns().end(i, number_);
  connected_ = hello_sent_ = hello_received_ = false;
  streams_.assign(streams_.size(), Stream{});
  input_.clear();
  next_check_ = 0;
  ping_wanted_ = more_to_write_ = false;
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
  if (hello_received_) last_talk_ = now;
  return {};
}

Result<void> Link::check(const wire::Hello& hello) const {
  if (hello.herd != self_.herd) {
    return refused("it is of herd " + in_quotes(hello.herd) + ", this one is " + in_quotes(self_.herd));
  }
  if (hello.server != neighbor_) return refused("it calls itself " + in_quotes(hello.server));
  if (hello.version_min > options_.version_max || hello.version_max < wire::link_version_min) {
    return refused("it speaks link versions " + std::to_string(hello.version_min) + " to " +
                   std::to_string(hello.version_max) + ", this server " + std::to_string(wire::link_version_min) +
                   " to " + std::to_string(options_.version_max));
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
    for (std::size_t i = 0; i < readers_.size(); ++i) readers_[i].since = store_.sequence(i);
  }
  hello_received_ = true;
  version_ = std::min(hello.version_max, options_.version_max);
  ++counters_.connects;
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    auto& stream = streams_[i];
    const auto& held = hello.held[i];
    // The resume point is what the receiver states, never what the sender remembers.
    if (same_life && hello.held_epoch == self_.epoch && held && *held <= store_.sequence(i)) {
      stream.follower.resume(*held);
      stream.acknowledged = *held;  // and nothing was sent: the first position, news or not, says where we are
      ++counters_.resumes;
      // Much has changed since: other neighbours may have brought it already.
      const auto partition = store_.open(i);
      if (version_ >= 2 && partition->sequence() - *held > partition->tuning().walk_after_changes)
        start_exchange(i, *partition, *held);
    } else {
      start_exchange(i, *store_.open(i), 0);
    }
  }
  return {};
}

/// The neighbour holds everything of our log up to `held`.
void Link::start_exchange(std::size_t number, const store::Partition& partition, wire::Position held) {
  auto& stream = streams_[number];
  stream.held_by_neighbor = held;
  ++counters_.exchanges;
  if (version_ < 2 || partition.slots() == 0) {
    stream.follower.start_over(partition);
    return;
  }
  stream.follower.start_exchange(partition);
  stream.asker.start(++exchanges_, partition.sequence());
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

Result<void> Link::on(Time now, const wire::Ask& ask) {
  if (!hello_received_ || version_ < 2) return Error{"an ask in a conversation that has none"};
  if (ask.partition >= streams_.size()) return Error{"an ask about partition " + std::to_string(ask.partition)};
  last_news_ = now;
  return streams_[ask.partition].answerer.receive(ask);
}

Result<void> Link::on(Time now, const wire::Reply& reply) {
  if (!hello_received_ || version_ < 2) return Error{"a reply in a conversation that has none"};
  if (reply.partition >= streams_.size()) return Error{"a reply about partition " + std::to_string(reply.partition)};
  last_news_ = now;
  return streams_[reply.partition].asker.receive(reply);
}

Result<void> Link::on(Time /*now*/, const wire::Check& check) {
  if (!hello_received_ || version_ < 2) return Error{"a check in a conversation that has none"};
  if (check.partition >= streams_.size()) return Error{"a check of partition " + std::to_string(check.partition)};
  if (!says_all()) return {};
  const auto partition = store_.open(check.partition);
  const auto sequence = partition->sequence();
  if (check.held != sequence || held_[check.partition] != check.sequence) return {};
  if (partition->expired()) return {};  // some are erased, some not yet
  std::size_t no_looks = 0;             // our own checks bring the digests up to date, a little at a time
  const auto& ours = partition.digests(no_looks);
  if (ours.position() != sequence) return {};
  auto& stream = streams_[check.partition];
  stream.mismatches = ours.digest(0, 0) == check.digest ? 0 : stream.mismatches + 1;
  if (stream.mismatches == 2) {
    stream.mismatches = 0;
    ++counters_.divergences;
    start_exchange(check.partition, *partition, 0);
  }
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
  more_to_write_ = false;
  if (hello_received_) {
    if (now >= ping_due_at()) {
      wire::append_message(out, wire::Ping{now});
      last_ping_ = now;
      ping_wanted_ = false;
    }
    write_acks(now, out);
    write_about_digests(now, out);
    write_batch(now, out);
    write_checks(now, out);
  }
  counters_.bytes_out += out.size() - before;
}

void Link::write_hello(std::string& out) const {
  wire::Hello hello;
  hello.version_max = options_.version_max;
  hello.herd = self_.herd;
  hello.server = self_.server;
  hello.epoch = self_.epoch;
  hello.ahead_max = wire::ahead_max;
  hello.held_epoch = neighbor_epoch_;
  hello.held = held_;
  wire::append_message(out, hello);
}

void Link::write_about_digests(Time now, std::string& out) {
  auto looks_left = looks_for_digests;
  answer_due_at_ = never;
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    auto& stream = streams_[i];
    stream.answerer.proceed(store_, i, number_, now, looks_left, out);
    if (stream.answerer.owes()) answer_due_at_ = now + ask_for_turn_every;
    if (auto outcome = stream.asker.proceed(store_, i, looks_left, out)) {
      if (outcome->lacking) {
        stream.follower.end_exchange(*store_.open(i), *std::move(outcome->lacking), stream.held_by_neighbor);
      } else {
        stream.follower.end_exchange();
      }
    }
  }
  more_to_write_ |= looks_left == 0;
}

/// Without news for long: a round of checks, one for each partition.
void Link::write_checks(Time now, std::string& out) {
  if (now < check_due_at()) return;
  auto looks_left = looks_for_digests;
  while (is_at_rest() && next_check_ < streams_.size()) {
    const auto i = next_check_;
    const auto partition = store_.open(i);
    const auto& digests = partition.digests(looks_left);
    if (digests.position() != partition->sequence()) {
      more_to_write_ = true;
      return;
    }
    wire::append_message(
        out, wire::Check{static_cast<std::uint16_t>(i), digests.digest(0, 0), partition->sequence(), held_[i]});
    ++next_check_;
  }
  next_check_ = 0;
  last_news_ = now;
}

std::optional<Error> Link::expire(Time now) const {
  if (now <= expires_at()) return std::nullopt;
  if (!hello_received_ && now - connected_at_ > options_.hello_max) return Error{"no hello in time"};
  return Error{"silent for " + std::to_string(options_.silence_max / millisecond) + " ms"};
}

Time Link::expires_at() const {
  if (!connected_) return never;
  const auto silent_at = last_received_ + options_.silence_max;
  return hello_received_ ? silent_at : std::min(silent_at, connected_at_ + options_.hello_max);
}

Time Link::ping_due_at() const {
  if (ping_wanted_) return last_received_;
  // While a long batch arrives, our acknowledgements are too few to be signs of life.
  const auto busy_ping_every = std::min(ping_every, options_.silence_max / 2);
  return std::min(std::max(last_received_, last_ping_) + options_.ping_after, last_ping_ + busy_ping_every);
}

Time Link::check_due_at() const {
  if (!says_all() || options_.check_after == never) return never;
  return last_news_ + options_.check_after;
}

/// Both hold all of the other's log, as far as either knows.
bool Link::is_at_rest() const {
  return !has_unsent() && unacknowledged() == 0;
}

Time Link::next_write() const {
  if (!hello_received_) return never;
  if (more_to_write_) return 0;
  return std::min(
      {ping_due_at(), ack_due_at_.value_or(never), position_due_at_.value_or(never), answer_due_at_, check_due_at()});
}

bool Link::is_catching_up() const {
  if (!hello_received_) return false;
  // Version 1 states no position to one who resumes and lacks nothing.
  if (version_ < 2) return !std::ranges::all_of(held_, [](const auto& held) { return held.has_value(); });
  return !std::ranges::all_of(streams_, &Stream::is_level);
}

bool Link::has_unsent() const {
  if (!hello_received_) return false;
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    if (!streams_[i].follower.is_caught_up(store_.sequence(i))) return true;
  }
  return false;
}

store::Sequence Link::unacknowledged() const {
  store::Sequence unacknowledged = 0;
  for (std::size_t i = 0; i < streams_.size(); ++i) unacknowledged += store_.sequence(i) - streams_[i].acknowledged;
  return unacknowledged;
}

}  // namespace herd::flood
