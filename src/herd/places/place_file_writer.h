#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "herd/base/result.h"
#include "herd/places/place.h"

namespace herd::places {

/// Gathers places and writes them as a place file (docs/place-file.md). The same places in the same order make the
/// same bytes.
class PlaceFileWriter {
 public:
  /// Takes in a place, or says what is wrong with it: off the Earth, without name, place id or types, text too long
  /// for the format or no UTF-8, too many different sources or lists of types.
  Result<void> add(const Place& place);

  std::uint64_t size() const { return locations_.size(); }

  /// Writes to `file`.tmp, then renames that to `file`: whoever has the old one open keeps it whole, and an error
  /// leaves it as it was.
  Result<void> write(const std::filesystem::path& file) const;

 private:
  std::string head(std::uint64_t body_bytes, std::uint64_t body_checksum) const;

  std::vector<geo::Location> locations_;
  std::vector<std::uint64_t> offsets_;  // of each place's text in texts_, which is in the order of add()
  std::string texts_;
  std::map<std::string, std::uint16_t, std::less<>> sources_;
  std::map<std::vector<std::string>, std::uint16_t> kinds_;
};

}  // namespace herd::places
