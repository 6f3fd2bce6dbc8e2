#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "herd/app/run_command.h"
#include "herd/base/result.h"

namespace herd::app {

/// Whether a file is one of OpenStreetMap's by its name: .osm.pbf, .osm, .osm.gz and what else osmium reads.
bool is_osm_file(std::string_view file);

/// What is being done, and how much of all that there is to do with the file is done, 0 to 1.
using OnStage = std::function<void(std::string_view doing, double part)>;

/// Lets osmium filter the objects that may be places from such a file and hand them to `on_geojson`, as a GeoJSON
/// sequence with ids like "n123" and the member "@version". Puts what passes the filter, uncompressed, and where its
/// nodes are (16 bytes each) into the folder `work`. `on_stage` is called only if `watched`.
Result<void> read_osm_file(const std::string& file, const std::filesystem::path& work, bool watched,
                           const OnOutput& on_geojson, const OnStage& on_stage);

}  // namespace herd::app
