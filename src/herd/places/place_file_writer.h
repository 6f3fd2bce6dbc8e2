#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "herd/base/result.h"
#include "herd/places/external_sort.h"
#include "herd/places/place.h"

namespace herd::places {

/// Gathers places and writes them as a place file (docs/place-file.md), in bounded memory however many they are: what
/// does not fit is sorted in files beside it, which have no name and so leave nothing behind. The same places in the
/// same order make the same bytes.
class PlaceFileWriter {
 public:
  static constexpr std::size_t memory_bytes_max = 64 * 1024 * 1024;

  /// Will write `file`. `memory_bytes`: of places held at most, two times at the end; with buffers and tables, some
  /// more.
  explicit PlaceFileWriter(std::filesystem::path file, std::size_t memory_bytes = memory_bytes_max);

  /// Takes in a place, or says what is wrong with it: off the Earth, without name, place id or types, text too long
  /// for the format or no UTF-8, too many different sources or lists of types. Of several with the same place id the
  /// one of the greatest version stays, of those the one added last.
  Result<void> add(const Place& place, std::uint64_t version = 0);

  /// How many were added.
  std::uint64_t size() const { return by_id_.size(); }

  /// Told while write() works: how much of all is done, from 0 to 1.
  using OnProgress = std::function<void(double done)>;

  /// Writes `file`.tmp, then renames that to `file`: whoever has the old one open keeps it whole, and an error leaves
  /// it as it was. Returns how many places are in it. To be called once.
  Result<std::uint64_t> write(const OnProgress& on_progress = {});

 private:
  Result<std::uint64_t> order_by_cell(ExternalSort& by_cell, const OnProgress& on_progress);
  Result<void> write_file(const std::filesystem::path& path, ExternalSort& by_cell, std::uint64_t count,
                          const OnProgress& on_progress);
  std::string head(std::uint64_t count, std::uint64_t text_bytes, std::uint64_t body_bytes,
                   std::uint64_t body_checksum) const;
  std::vector<std::uint64_t> sets_of_types() const;

  std::filesystem::path file_;
  std::size_t memory_bytes_;
  std::map<std::string, std::uint16_t, std::less<>> sources_;
  std::map<std::string, std::uint16_t, std::less<>> types_;
  std::map<std::vector<std::uint16_t>, std::uint16_t> kinds_;  // lists of type numbers
  ExternalSort by_id_;
  std::string packed_;
};

}  // namespace herd::places
