#pragma once

#include <boost/interprocess/mapped_region.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "herd/base/result.h"
#include "herd/places/place.h"
#include "herd/places/place_index.h"
#include "herd/places/provider.h"
#include "herd/places/search_words.h"

namespace herd::places {

/// A file of places with an index, read-only and mapped into memory; docs/place-file.md has its every byte. Opening
/// reads only its head. Movable; what it hands out stays valid until it is destroyed. Safe to ask from several threads
/// at once. A file must never be changed in place while it is open, only replaced by a new one, as
/// PlaceFileWriter does.
class PlaceFile {
 public:
  static constexpr std::uint32_t version = 2;
  /// Files up to this size are verified whole when they are opened.
  static constexpr std::uint64_t verified_at_open_bytes_max = 64 * 1024 * 1024;

  /// Refuses, with file, place and remedy, what is no place file, of another version, cut off or damaged.
  static Result<PlaceFile> open(const std::filesystem::path& file,
                                std::uint64_t verified_bytes_max = verified_at_open_bytes_max);

  /// Reads the whole file and compares its checksum.
  Result<void> verify() const;

  std::uint64_t size() const { return index_.size(); }  ///< places
  std::uint64_t bytes() const { return region_.get_size(); }
  const std::filesystem::path& path() const { return path_; }
  /// The HTML that names each source of the file.
  std::span<const std::string_view> attributions() const { return attributions_; }

  /// As PlaceIndex::nearest, of those places only that the query asks for; the numbers are for place().
  std::vector<Nearest> nearest(const NearbyQuery& query, const SearchWords& words) const;

  /// The place with this number below size(); none if its bytes are damaged.
  std::optional<PlaceView> place(std::uint64_t number) const;

 private:
  PlaceFile() = default;
  Result<void> read_head();
  Result<void> read_tables(std::string_view tables);
  Error damaged(std::string_view what, std::uint64_t at) const;
  std::string_view all() const;

  std::filesystem::path path_;
  boost::interprocess::mapped_region region_;
  PlaceIndex index_;
  std::vector<std::string_view> attributions_;        // by source number
  std::vector<std::string_view> types_;               // by type number
  std::vector<std::vector<std::string_view>> kinds_;  // lists of types by kind number
  std::uint64_t body_checksum_ = 0;
  std::size_t head_bytes_ = 0;
  const char* kind_numbers_ = nullptr;  // by place number
  const char* leaves_ = nullptr;
  std::string_view texts_;
};

/// Opens all of `files`; the first that is refused is the error.
Result<std::vector<PlaceFile>> open_place_files(const std::vector<std::filesystem::path>& files);

}  // namespace herd::places
