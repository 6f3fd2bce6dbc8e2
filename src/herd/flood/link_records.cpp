// The records that a link carries, their positions and acknowledgements.
#include <algorithm>

#include "herd/flood/link.h"

namespace herd::flood {
namespace {

constexpr Duration ack_within = 50 * millisecond;
constexpr std::size_t ack_after_bytes = 64 * 1024;
/// A position alone, for changes that the neighbour taught us itself, is in no hurry.
constexpr Duration position_within = 50 * millisecond;

}  // namespace

Result<void> Link::on(Time now, const wire::Data& data) {
  if (!hello_received_) return Error{"data before a hello"};
  if (data.partition >= store_.size()) return Error{"data of partition " + std::to_string(data.partition)};
  if (!data.records.empty()) last_news_ = now;
  if (auto taken = take_records(data); !taken) return taken;
  if (data.position) {
    held_[data.partition] = data.position;
    store_.turns().end(data.partition, number_);
    streams_[data.partition].is_level = true;
    streams_[data.partition].to_acknowledge = data.position;
    // At once if it is the first in a while, so that lag says how long the way takes.
    if (!ack_due_at_) ack_due_at_ = std::max(now, last_ack_ + ack_within);
  }
  return {};
}

Result<void> Link::take_records(const wire::Data& data) {
  wire::RecordDecoder decoder(wire::record_coding(version_));
  offers_.clear();
  const auto offer_all = [&]() -> Result<void> {
    // Equal or older: nothing. Never is ours sent back: with unequal clocks that storms.
    if (!store_.take(data.partition, offers_, number_)) return Error{"a record in the wrong partition"};
    bool is_refused = false;
    for (const auto& offer : offers_) {
      if (is_accepted(offer.outcome)) ++counters_.records_accepted;
      is_refused |= offer.outcome == store::Offered::refused;
    }
    offers_.clear();
    if (is_refused) return Error{"records of too many servers"};
    return {};
  };
  auto records = data.records;
  while (const auto bytes = wire::take_record(records)) {
    ++counters_.records_in;
    bytes_to_acknowledge_ += bytes->size();
    const auto record = decoder.decode(*bytes);
    if (!record) return Error{"a record that is none"};
    log_record(TrafficLog::Direction::in, *record);
    offers_.push_back({*record});
    if (offers_.size() < store::RecordStore::batch) continue;
    if (auto taken = offer_all(); !taken) return taken;
  }
  if (!records.empty()) return Error{"a record longer than its message"};
  return offer_all();
}

void Link::log_record(TrafficLog::Direction direction, const wire::Record& record) {
  if (!log_.takes_line()) return;
  line_.clear();
  wire::append_line(line_, record);
  log_.line(direction, neighbor_, line_);
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
  auto last_read = next_stream_;

  for (std::size_t i = 0; i < streams_.size(); ++i) {
    const auto partition = (next_stream_ + i) % streams_.size();
    auto& stream = streams_[partition];
    auto tail = store_.sequence(partition);
    if (stream.sent && stream.sent == stream.follower.position() && stream.follower.is_caught_up(tail)) {
      // Nothing to read, nothing to say: the most frequent case by far, and the partition need not be opened.
    } else if (out.size() - begin < options_.batch_bytes && looks_left > 0) {
      last_read = partition;
      const auto open = store_.open(partition);
      wire::DataWriter data(out, static_cast<std::uint16_t>(partition), wire::record_coding(version_));
      const bool position_was_unknown = !stream.sent || !stream.follower.position();
      stream.follower.read(*open, readers_[partition], looks_left, [&](const auto& held) {
        if (held.is_tombstone() && !says_all()) return true;
        const auto record = held.record();
        data.add(record);
        ++counters_.records_out;
        log_record(TrafficLog::Direction::out, record);
        return out.size() - begin < options_.batch_bytes;
      });
      tail = open->sequence();
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
    progress.stated += stream.sent.value_or(stream.acknowledged);
    progress.read += stream.follower.position().value_or(0);
    progress.tail += tail;
    progress.drained &= stream.follower.is_caught_up(tail);
    more_to_write_ |= !stream.follower.is_drained(tail);
  }
  const bool is_full = looks_left == 0 || out.size() - begin >= options_.batch_bytes;
  // Where a batch was full the next one goes on, lest on a slow line those just read have changed again and those that
  // wait go on waiting; but one partition alone does not keep the others out.
  next_stream_ = is_full && last_read != next_stream_ ? last_read : (next_stream_ + 1) % streams_.size();
  if (!position_waits) {
    position_due_at_.reset();
  } else if (!position_due_at_) {
    position_due_at_ = now + position_within;
  }
  if (records_sent) {
    last_news_ = now;
    lag_.on_sent(now, progress);
  } else if (progress.drained) {
    lag_.on_drained();
  } else {
    lag_.on_backlog(now);
  }
}

}  // namespace herd::flood
