#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "herd/base/result.h"
#include "herd/geojson/geojson_places.h"

namespace herd::app {

struct ImportOptions {
  std::vector<std::string> files;
  std::string out;
  geojson::GeojsonOptions geojson;
};

/// What an import did.
struct ImportSummary {
  struct File {
    std::string name;
    geojson::GeojsonCounts counts;
  };
  std::vector<File> files;
  std::string out;
  std::uint64_t places = 0;      ///< in the place file: those of one place id are in it once
  std::uint64_t duplicates = 0;  ///< read, but others with their place ids are in the place file
};

/// Makes a place file of OpenStreetMap extracts and GeoJSON, in memory that does not depend on their size, and shows
/// how far it is if standard error is a terminal. An error, SIGINT and SIGTERM leave an old file as it was and nothing
/// else behind. An `out` that is a link stays one: what it links to is replaced.
Result<ImportSummary> import_places(const ImportOptions& options);

/// The summary for people, a line per file and one for the place file; and for programs, as one line of JSON.
std::string summary_text(const ImportSummary& summary);
std::string summary_json(const ImportSummary& summary);

}  // namespace herd::app
