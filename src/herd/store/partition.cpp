#include "herd/store/partition.h"

namespace herd::store {

Offered Partition::offer_to(std::uint32_t number, const wire::Record& record, Neighbor from) {
  auto& slot = slots_[number];
  const auto effective_time = record.effective_time();
  if (effective_time < slot.effective_time()) return Offered::older;
  if (from == heard_here && slot.is_same_report(record)) return Offered::unchanged;
  if (effective_time == slot.effective_time()) {
    const auto order = wire::compare(record, slot.record(names_));
    if (order == 0) {
      slot.note_copy(from);
      return Offered::unchanged;
    }
    if (order < 0) return Offered::older;
  }
  const auto server = names_.number_of(record.server);
  if (server == ServerNames::none) return Offered::refused;
  write(number, record, server, from);
  return Offered::replaced;
}

void Partition::add(ClientIndex::Hash hash, const wire::Record& record, ServerNames::Number server, Neighbor from) {
  auto number = static_cast<std::uint32_t>(slots_.size());
  if (free_.empty()) {
    slots_.emplace_back();
  } else {
    number = free_.back();
    free_.pop_back();
  }
  index_.insert(hash, number);
  write(number, record, server, from);
}

void Partition::erase(std::size_t slot, ClientIndex::Hash hash) {
  const auto number = static_cast<std::uint32_t>(slot);
  tombstones_.erase({slots_[slot].heard_at(), number});
  index_.erase(hash, number);
  slots_[slot].clear();
  free_.push_back(number);
}

std::optional<wire::Record> Partition::find(std::string_view client, ClientIndex::Hash hash) const {
  const auto slot = find_slot(client, hash);
  if (!slot || slots_[*slot].is_tombstone()) return std::nullopt;
  return slots_[*slot].record(names_);
}

void Partition::write(std::uint32_t number, const wire::Record& record, ServerNames::Number server, Neighbor from) {
  auto& slot = slots_[number];
  if (slot.is_tombstone()) tombstones_.erase({slot.heard_at(), number});
  slot.write(record, server, from);
  if (slot.is_tombstone()) tombstones_.emplace(slot.heard_at(), number);
  slot.set_sequence(++sequence_);
  if (ring_.size() < tuning_.ring_entries) {
    ring_.push_back(number);
  } else {
    ring_[(sequence_ - 1) % tuning_.ring_entries] = number;
  }
}

}  // namespace herd::store
