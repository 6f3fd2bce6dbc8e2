#include "herd/places/place_file.h"

#define XXH_INLINE_ALL
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <xxhash.h>

#include "herd/places/nearby_search.h"
#include "herd/places/place_file_format.h"

namespace {

using namespace herd::places::format;

/// Damage that checksums would find is not what is looked for: puts right that of the head.
void put_checksum_right(std::string& file) {
  if (file.size() < tables_at) return;
  const auto head_bytes = load<std::uint32_t>(file.data() + head_bytes_at);
  if (head_bytes < tables_at || head_bytes > file.size()) return;
  herd::overwrite_le(file, head_checksum_at, XXH3_64bits(file.data() + file_bytes_at, head_bytes - file_bytes_at));
}

}  // namespace

/// A file of any bytes is refused or can be asked: what it lies about is no place.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  put_checksum_right(bytes);
  const int file = memfd_create("fuzz.places", 0);
  if (file < 0 || write(file, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) std::abort();
  const auto opened = herd::places::PlaceFile::open("/proc/self/fd/" + std::to_string(file), 0);
  if (opened) {
    for (const auto* const type : {"", "cafe"}) {
      for (const auto* const keyword : {"", "a"}) {
        const herd::places::NearbyQuery query{{471'410'000, 95'209'000}, 30'000'000, 20, type, keyword};
        for (const auto& nearest : opened->nearest(query, herd::places::SearchWords(keyword))) {
          if (nearest.number >= opened->size()) std::abort();
          const auto place = opened->place(nearest.number);
          if (place && herd::places::nearby_search_json({&*place, 1}).empty()) std::abort();
        }
      }
    }
  }
  close(file);
  return 0;
}
