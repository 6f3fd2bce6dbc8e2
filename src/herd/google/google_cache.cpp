#include "herd/google/google_cache.h"

#include <iterator>
#include <variant>

namespace herd::google {

namespace {

/// Of the list and the map.
constexpr std::size_t entry_overhead_bytes = 128;

std::size_t bytes_of(const GoogleOutcome& outcome) {
  if (const auto* failure = std::get_if<GoogleFailure>(&outcome))
    return failure->reason.capacity() + failure->detail.capacity();
  return std::get<std::shared_ptr<const GoogleAnswer>>(outcome)->bytes();
}

}  // namespace

const GoogleOutcome* GoogleCache::find(const std::string& question, Time now) {
  const auto found = by_question_.find(question);
  if (found == by_question_.end()) return nullptr;
  if (found->second->until > now) return &found->second->outcome;
  erase(found->second);
  return nullptr;
}

void GoogleCache::put(const std::string& question, const GoogleOutcome& outcome, Time until) {
  if (const auto found = by_question_.find(question); found != by_question_.end()) erase(found->second);
  const auto bytes = sizeof(Entry) + entry_overhead_bytes + question.capacity() + bytes_of(outcome);
  entries_.push_back({question, outcome, until, bytes});
  by_question_.emplace(entries_.back().question, std::prev(entries_.end()));
  bytes_ += bytes;
  while (entries_.size() > bounds_.entries_max || bytes_ > bounds_.bytes_max) {
    erase(entries_.begin());
    ++evicted_;
  }
}

void GoogleCache::forget_old(Time now) {
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    entry = entry->until > now ? std::next(entry) : erase(entry);
  }
}

GoogleCache::Entries::iterator GoogleCache::erase(Entries::iterator entry) {
  bytes_ -= entry->bytes;
  by_question_.erase(entry->question);
  return entries_.erase(entry);
}

}  // namespace herd::google
