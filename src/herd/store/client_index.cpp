#include "herd/store/client_index.h"

#include <utility>

namespace herd::store {

void ClientIndex::Segment::place(Entry entry) {
  auto at = entry.tag & mask;
  while (entries[at].slot != no_slot) at = (at + 1) & mask;
  entries[at] = entry;
  ++used;
}

void ClientIndex::Segment::remove(Entry entry) {
  auto hole = entry.tag & mask;
  while (entries[hole].slot != entry.slot) hole = (hole + 1) & mask;
  // Entries behind it move up where their way from home leads over the hole, so that no search ends there too early.
  for (auto at = hole;;) {
    at = (at + 1) & mask;
    if (entries[at].slot == no_slot) break;
    const auto way = (at - entries[at].tag) & mask;
    if (way < ((at - hole) & mask)) continue;
    entries[hole] = entries[at];
    hole = at;
  }
  entries[hole] = Entry();
  --used;
}

void ClientIndex::erase(Hash hash, std::uint32_t slot) {
  segments_[segment_of(tag(hash))]->remove({tag(hash), slot});
}

void ClientIndex::insert(Hash hash, std::uint32_t slot) {
  const Entry entry{tag(hash), slot};
  while (segments_[segment_of(entry.tag)]->is_full()) make_room(entry.tag);
  segments_[segment_of(entry.tag)]->place(entry);
}

/// Splits the segment of this tag, or lets it grow while it is small or cannot be told apart any more.
void ClientIndex::make_room(std::uint32_t tag) {
  const auto full = segments_[segment_of(tag)];
  const auto size = full->mask + 1;
  const auto move_to = [&](const auto& choose) {
    for (std::uint32_t i = 0; i < size; ++i) {
      if (full->entries[i].slot != no_slot) choose(full->entries[i].tag).place(full->entries[i]);
    }
  };
  const bool can_split = size >= entries_max && full->depth < depth_max;
  const auto first = segment_of(tag) >> (depth_ - full->depth) << (depth_ - full->depth);

  if (!can_split) {
    auto larger = std::make_shared<Segment>(size * 2, full->depth);
    move_to([&](std::uint32_t) -> Segment& { return *larger; });
    for (std::size_t i = 0; i < std::size_t{1} << (depth_ - full->depth); ++i) segments_[first + i] = larger;
    return;
  }
  if (full->depth == depth_) {
    std::vector<std::shared_ptr<Segment>> doubled;
    doubled.reserve(segments_.size() * 2);
    for (const auto& segment : segments_) doubled.insert(doubled.end(), 2, segment);
    segments_ = std::move(doubled);
    ++depth_;
    return;
  }
  const auto depth = full->depth + 1;
  const auto lower = std::make_shared<Segment>(size, depth);
  const auto upper = std::make_shared<Segment>(size, depth);
  move_to([&](std::uint32_t of) -> Segment& { return (of >> (32U - depth) & 1U) == 0 ? *lower : *upper; });
  const auto half = std::size_t{1} << (depth_ - depth);
  for (std::size_t i = 0; i < half; ++i) {
    segments_[first + i] = lower;
    segments_[first + half + i] = upper;
  }
}

}  // namespace herd::store
