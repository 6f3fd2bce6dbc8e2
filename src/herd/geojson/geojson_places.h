#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "herd/base/json_elements.h"
#include "herd/base/result.h"
#include "herd/geojson/geojson_place.h"

namespace herd::geojson {

/// What came out of an input, by number.
struct GeojsonCounts {
  std::map<std::string, std::uint64_t, std::less<>> places;  ///< by what they are counted as: "amenity", "own"
  std::uint64_t unnamed = 0;
  std::uint64_t no_place = 0;
  std::uint64_t no_geometry = 0;
  std::uint64_t too_large = 0;  ///< features of more than the bytes that one may have

  std::uint64_t all_places() const;

  friend bool operator==(const GeojsonCounts&, const GeojsonCounts&) = default;
};

/// Reads places from GeoJSON as its bytes come: a FeatureCollection, Features one after another (one a line, for
/// example), or a sequence of RFC 8142, of any length. Holds one feature at a time.
class GeojsonPlaces {
 public:
  /// What one feature may have; one of more is left out and counted. An outline of 800,000 points takes as much;
  /// reading it takes some 25 times the memory.
  static constexpr std::size_t feature_bytes_max = std::size_t{16} << 20U;

  using OnPlace = std::function<Result<void>(const places::Place& place, std::uint64_t version)>;

  /// `file` is the input's name, which stands in messages; places without an id get its last part in theirs. `on_place`
  /// is called in push() and finish(); an error that it returns ends the reading like a mistake in the input.
  GeojsonPlaces(std::string file, GeojsonOptions options, OnPlace on_place, std::size_t bytes_max = feature_bytes_max);
  ~GeojsonPlaces();

  /// Takes in the next bytes. The first mistake is told as "file:12: what is wrong", with the line in which the feature
  /// begins. Not to be called again after it.
  Result<void> push(std::string_view bytes);
  /// To be called when there are no more. Input without any JSON in it is a mistake, too, but not if it is all
  /// OpenStreetMap's: osmium writes nothing if nothing passed its filter.
  Result<void> finish();

  const GeojsonCounts& counts() const { return counts_; }

 private:
  struct Memory;

  Result<void> read_elements();
  Result<void> read(std::string_view feature);
  Error at(std::uint64_t line, const std::string& what) const;

  std::string file_;
  std::string stem_;
  GeojsonOptions options_;
  OnPlace on_place_;
  JsonElements elements_;
  GeojsonCounts counts_;
  bool is_empty_ = true;
  std::unique_ptr<Memory> memory_;
};

}  // namespace herd::geojson
