#include "herd/store/partition.h"

#include <algorithm>
#include <cassert>

namespace herd::store {
namespace {

/// Room for a record to grow by a few digits without a new allocation.
constexpr std::size_t spare_bytes = 8;

}  // namespace

Offered Partition::offer(const wire::Record& record, Neighbor from) {
  const auto hash = index_.hash(record.client);
  const auto found = find_slot(record.client, hash);
  if (!found) {
    const auto slot = static_cast<std::uint32_t>(slots_.size());
    write(slots_.emplace_back(), record, from);
    index_.insert(hash, slot);
    log_change(slot);
    return Offered::added;
  }

  auto& slot = slots_[*found];
  const auto effective_time = record.effective_time();
  if (effective_time < slot.effective_time) return Offered::older;
  if (from == heard_here && slot.report() == record.report()) return Offered::unchanged;
  if (effective_time == slot.effective_time) {
    const auto order = wire::compare(record, *wire::parse_record(slot.text()));
    if (order == 0) {
      slot.known_by.copies_from |= KnownBy::bit(from);
      return Offered::unchanged;
    }
    if (order < 0) return Offered::older;
  }
  write(slot, record, from);
  log_change(*found);
  return Offered::replaced;
}

bool Partition::note_copy(std::string_view client, std::string_view bytes, Neighbor from) {
  const auto found = find_slot(client, index_.hash(client));
  if (!found || slots_[*found].text() != bytes) return false;
  slots_[*found].known_by.copies_from |= KnownBy::bit(from);
  return true;
}

std::optional<std::string_view> Partition::find(std::string_view client) const {
  const auto slot = find_slot(client, index_.hash(client));
  if (!slot) return std::nullopt;
  return slots_[*slot].text();
}

Partition::Held Partition::held(std::size_t slot) const {
  const auto& held = slots_[slot];
  return {slot, held.sequence, held.known_by, held.client(), held.text()};
}

std::optional<std::uint32_t> Partition::find_slot(std::string_view client, ClientIndex::Hash hash) const {
  return index_.find(hash, [&](std::uint32_t slot) { return slots_[slot].client() == client; });
}

void Partition::write(Slot& slot, const wire::Record& record, Neighbor from) {
  const auto length = record.bytes.size();
  if (slot.bytes == nullptr || slot.capacity < length) {
    slot.capacity = static_cast<std::uint32_t>(length + spare_bytes);
    slot.bytes = std::make_unique_for_overwrite<char[]>(slot.capacity);
  }
  std::ranges::copy(record.bytes, slot.bytes.get());
  slot.length = static_cast<std::uint32_t>(length);
  slot.client_begin = static_cast<std::uint16_t>(record.client.data() - record.bytes.data());
  slot.client_length = static_cast<std::uint16_t>(record.client.size());
  slot.effective_time = record.effective_time();
  slot.known_by = {.taught_by = from};
}

void Partition::log_change(std::uint32_t slot) {
  slots_[slot].sequence = ++sequence_;
  if (ring_.size() < tuning_.ring_entries) {
    ring_.push_back(slot);
  } else {
    ring_[(sequence_ - 1) % tuning_.ring_entries] = slot;
  }
}

}  // namespace herd::store
