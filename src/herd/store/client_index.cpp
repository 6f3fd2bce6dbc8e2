#include "herd/store/client_index.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace herd::store {

ClientIndex::Hash ClientIndex::hash(std::string_view client) const {
  return XXH3_64bits_withSeed(client.data(), client.size(), seed_);
}

void ClientIndex::insert(Hash hash, std::uint32_t slot) {
  if ((size_ + 1) * 2 > entries_.size()) {
    std::vector<Entry> old(entries_.empty() ? 16 : entries_.size() * 2);
    old.swap(entries_);
    for (const auto& entry : old) {
      if (entry.slot != no_slot) place(entry);
    }
  }
  place({tag(hash), slot});
  ++size_;
}

void ClientIndex::place(Entry entry) {
  auto at = entry.tag & mask();
  while (entries_[at].slot != no_slot) at = (at + 1) & mask();
  entries_[at] = entry;
}

}  // namespace herd::store
