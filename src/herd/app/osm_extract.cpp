#include "herd/app/osm_extract.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <system_error>
#include <thread>
#include <vector>

#include "herd/geojson/osm_tags.h"

namespace herd::app {
namespace {

namespace fs = std::filesystem;

// Measured: filtering goes over the whole file up to four times, all the rest over the little that was left.
constexpr double part_of_filter = 0.85;

std::string without_ending(std::string_view file, std::string_view ending) {
  return std::string(file.ends_with(ending) ? file.substr(0, file.size() - ending.size()) : file);
}

/// Lets osmium unpack on all cores, unless the user chose how many. By itself it takes two fewer than there are, which
/// on two of them costs a fifth of the speed.
void let_osmium_use_all_cores() {
  constexpr unsigned threads_max = 32;
  const auto threads = std::clamp(2 * std::thread::hardware_concurrency(), 2U, threads_max);
  setenv("OSMIUM_POOL_THREADS", std::to_string(threads).c_str(), 0);
}

/// Osmium's words with its bar if someone watches; a name that looks like an option is made none.
Command osmium(const std::string& file, bool watched, std::vector<std::string> words) {
  words.insert(words.begin(), "osmium");
  words.insert(words.begin() + 2, watched ? "--progress" : "--no-progress");
  return {std::move(words), file, "osmium-tool", {}};
}

std::string as_argument(const std::string& file) {
  return file.starts_with('-') ? "./" + file : file;
}

}  // namespace

bool is_osm_file(std::string_view file) {
  const auto plain = without_ending(without_ending(file, ".gz"), ".bz2");
  constexpr std::array<std::string_view, 4> endings = {".osm", ".pbf", ".o5m", ".opl"};
  for (const auto ending : endings) {
    if (plain.ends_with(ending)) return true;
  }
  return false;
}

Result<void> read_osm_file(const std::string& file, const fs::path& work, bool watched, const OnOutput& on_geojson,
                           const OnStage& on_stage) {
  let_osmium_use_all_cores();
  const auto no_output = [](std::string_view) -> Result<void> { return {}; };
  const auto filtered = (work / "filtered.osm.pbf").string();
  std::vector<std::string> filter = {"tags-filter", as_argument(file),         "-o", filtered, "-O",
                                     "-f",          "pbf,pbf_compression=none"};
  const auto expressions = geojson::osmium_filter();
  filter.insert(filter.end(), expressions.begin(), expressions.end());
  if (auto done = run_command(osmium(file, watched, std::move(filter)), no_output,
                              [&](double part) { on_stage("filtering", part * part_of_filter); });
      !done) {
    return done;
  }

  // Export refuses what is not sorted by id; sorting takes memory, so only what needs it is sorted.
  std::string ordered;
  const auto on_answer = [&](std::string_view bytes) -> Result<void> {
    ordered += bytes;
    return {};
  };
  const auto ignored = [](double) {};
  const Command ask = osmium(file, false, {"fileinfo", "-e", "-g", "data.objects_ordered", filtered});
  if (auto done = run_command(ask, on_answer, ignored); !done) return done;
  auto sorted = filtered;
  if (!ordered.starts_with("yes")) {
    sorted = (work / "sorted.osm.pbf").string();
    const Command sort = osmium(
        file, false, {"sort", "-s", "multipass", filtered, "-o", sorted, "-O", "-f", "pbf,pbf_compression=none"});
    if (auto done = run_command(sort, no_output, ignored); !done) return done;
    std::error_code error;
    fs::remove(filtered, error);  // its room may be needed
  }

  const auto nodes = work / "nodes";
  std::error_code error;
  fs::remove(nodes, error);  // of the file before, to which osmium would add
  // A closed way is an area, or it would come as a line, too; other ways are lines whatever is said here.
  std::ofstream(work / "export.json") << R"({"attributes":{"version":true},"linear_tags":false,"area_tags":true})";
  Command out = osmium(file, watched,
                       {"export", fs::path(sorted).filename(), "-f", "geojsonseq", "-u", "type_id", "-c", "export.json",
                        "-i", "sparse_file_array,nodes"});
  out.folder = work;  // osmium would end the name of the file of nodes at a comma in the folder's
  return run_command(out, on_geojson,
                     [&](double part) { on_stage("reading", part_of_filter + part * (1 - part_of_filter)); });
}

}  // namespace herd::app
