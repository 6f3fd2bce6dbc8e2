#pragma once

#include <cstdint>
#include <string_view>

namespace herd::store {

/// Hashes that are the same at every server of a herd and of no other: by them clients are divided into partitions
/// and tables compared. Part of the link protocol: XXH3 (64 bits), seeded with the unseeded hash of the herd's name.
class HerdHash {
 public:
  explicit HerdHash(std::string_view herd);

  /// Where a client belongs: the lowest bits to a partition, the highest to a leaf of its digest tree.
  std::uint64_t client(std::string_view client) const;

  /// A record's share in the digests, by what wire::append_identity writes.
  std::uint64_t record(std::string_view identity) const;

 private:
  std::uint64_t seed_;
};

}  // namespace herd::store
