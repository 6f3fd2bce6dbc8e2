#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "herd/base/result.h"
#include "herd/base/time.h"
#include "herd/geo/location.h"

namespace herd::app {

struct TrackPoint {
  geo::Location location;
  Time time = 0;  ///< POSIX ns, never earlier than that of the point before

  friend bool operator==(const TrackPoint&, const TrackPoint&) = default;
};

/// Where somebody was, one point after the other.
struct Track {
  std::string name;                ///< the track's own; the file's name without ".gpx" if it has none
  std::vector<TrackPoint> points;  ///< never empty
  /// How many points came without a time, or with one before their predecessor's: each counts as one second after
  /// its predecessor (those at the beginning as one second before their successor).
  std::size_t points_without_time = 0;

  friend bool operator==(const Track&, const Track&) = default;
};

/// Reads the tracks (not the routes and waypoints) of a GPX 1.0 or 1.1 file; the segments of a track are joined.
/// The error names file and line: broken XML, a point off the Earth, a time that is not ISO 8601, no track at all.
Result<std::vector<Track>> read_gpx(const std::filesystem::path& file);

/// The same from text; `file` is used for messages and for the names of tracks without one.
Result<std::vector<Track>> parse_gpx(std::string_view text, const std::filesystem::path& file);

}  // namespace herd::app
