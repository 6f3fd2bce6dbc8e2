#include "herd/app/places_import_command.h"

#include <iostream>
#include <memory>
#include <string>

#include "herd/app/places_import.h"

namespace herd::app {
namespace {

int import(const ImportOptions& options, bool json) {
  const auto summary = import_places(options);
  if (!summary) {
    std::cerr << "proxyherd places import: " << summary.error().message << "\n";
    return 1;
  }
  std::cout << (json ? summary_json(*summary) : summary_text(*summary)) << std::flush;
  if (std::cout) return 0;
  std::cerr << "proxyherd places import: " << options.out << " is made, but the output could not be written\n";
  return 1;
}

}  // namespace

void add_places_import_command(CLI::App& places, std::function<int()>& action) {
  auto options = std::make_shared<ImportOptions>();
  auto json = std::make_shared<bool>(false);
  auto& command = *places.add_subcommand("import", "Make a place file of OpenStreetMap extracts and GeoJSON");
  command
      .add_option("FILE", options->files, "OpenStreetMap's .osm.pbf, .osm, .osm.gz, .osm.bz2; or GeoJSON of any kind")
      ->required();
  command.add_option("-o,--output", options->out, "The place file; an old one stays until the new one is complete")
      ->type_name("OUT.places")
      ->required();
  command
      .add_option("--language", options->geojson.language, "Show names in this language as far as there are any: de")
      ->type_name("CODE");
  command
      .add_option("--id-prefix", options->geojson.id_prefix,
                  "Begin place ids with this instead of \"osm\"; for extracts whose objects were numbered anew")
      ->type_name("WORD")
      ->check([](const std::string& word) {
        const bool is_word = !word.empty() && word.find_first_of(" \t\r\n\v\f") == std::string::npos;
        return is_word ? "" : "\"" + word + "\" is no word; place ids have no white space";
      });
  command.add_flag("--json", *json, "Print what was imported as JSON");
  command.footer(
      "What becomes a place, and what GeoJSON of your own should have: docs/places.md. OpenStreetMap's files are read "
      "by\n"
      "osmium (apt install osmium-tool). A place that several files have is taken once, the newest version of it.\n"
      "\n"
      "Examples:\n"
      "  proxyherd places import monaco.osm.pbf -o monaco.places\n"
      "  proxyherd places import switzerland.osm.pbf austria.osm.pbf cafes.geojson -o alps.places --language de\n");
  command.callback([options, json, &action] { action = [options, json] { return import(*options, *json); }; });
}

}  // namespace herd::app
