#include "herd/store/herd_hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace herd::store {

HerdHash::HerdHash(std::string_view herd) : seed_(XXH3_64bits(herd.data(), herd.size())) {}

std::uint64_t HerdHash::client(std::string_view client) const {
  return XXH3_64bits_withSeed(client.data(), client.size(), seed_);
}

std::uint64_t HerdHash::record(std::string_view identity) const {
  return XXH3_64bits_withSeed(identity.data(), identity.size(), seed_);
}

}  // namespace herd::store
