#include "herd/app/places_command.h"

#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include "herd/app/herd_file.h"
#include "herd/app/places_import_command.h"
#include "herd/app/places_table.h"
#include "herd/app/progress_text.h"
#include "herd/app/terminal.h"
#include "herd/places/offline_places.h"
#include "herd/places/place_file.h"
#include "herd/places/shipped_files.h"

namespace herd::app {
namespace {

int failed(std::string_view subcommand, const std::string& why) {
  std::cerr << "proxyherd places " << subcommand << ": " << why << "\n";
  return 1;
}

struct NearOptions {
  std::string point;
  geo::Location center;
  double radius_km = 10;
  std::size_t limit = 10;
  std::string type;
  std::string keyword;
  std::vector<std::filesystem::path> files;  // if any: these only
  bool json = false;
  std::string config_file;
  bool config_wanted = false;
};

std::optional<geo::Location> parse_center(const std::string& text) {
  const auto location = geo::parse_latitude_longitude(text);
  return location ? location : geo::parse_iso6709(text);
}

/// What the words of the command line say that are no options: one place.
geo::Location center_of(const std::string& point, const std::vector<std::string>& more) {
  if (more.size() == 1) {
    const auto joined = point + (point.ends_with(',') ? "" : ",") + more[0];
    if (parse_center(joined)) throw CLI::ValidationError("POINT", "write LAT,LON without a blank: " + joined);
  }
  if (!more.empty()) throw CLI::ExtrasError(more);
  const auto center = parse_center(point);
  if (!center) throw CLI::ValidationError("POINT", "\"" + point + "\" is no place on Earth");
  return *center;
}

/// The files that a server would answer from, as far as there is a herd.toml.
std::vector<std::filesystem::path> files_of_servers(const NearOptions& options) {
  auto files = places::shipped_place_files(executable_file());
  if (options.config_wanted || std::filesystem::exists(options.config_file)) {
    const auto config = load_herd(options.config_file);
    files.insert(files.end(), config.place_files.begin(), config.place_files.end());
  }
  return files;
}

int near(const NearOptions& options) {
  const auto files = options.files.empty() ? files_of_servers(options) : options.files;
  if (files.empty()) {
    return failed("near", "no place files found; name the folder that holds world.places in PROXYHERD_DATA");
  }
  auto opened = places::open_place_files(files);
  if (!opened) return failed("near", opened.error().message);
  const places::OfflinePlaces offline(*std::move(opened));
  const places::NearbyQuery query{options.center, options.radius_km * 1000, options.limit, options.type,
                                  options.keyword};
  const auto found = offline.find(query);
  if (!options.json && found.empty() && !(options.type.empty() && options.keyword.empty())) {
    std::cout << "Nothing found; another --type (one of Google's, in lower case: cafe), other words or a greater "
                 "--radius may find more.\n";
    return 0;
  }
  std::cout << (options.json ? offline.nearby_search(query) + '\n' : places_table(found, shows_colour(STDOUT_FILENO)))
            << std::flush;
  return std::cout ? 0 : failed("near", "the output could not be written");
}

int info(const std::string& file) {
  const auto opened = places::PlaceFile::open(file, 0);
  if (!opened) return failed("info", opened.error().message);
  if (const auto verified = opened->verify(); !verified) return failed("info", verified.error().message);
  std::cout << "file      " << file << "\nplaces    " << grouped(opened->size()) << "\nbytes     "
            << grouped(opened->bytes()) << "\nversion   " << places::PlaceFile::version << "\nchecksum  right\n";
  for (const auto attribution : opened->attributions()) {
    if (!attribution.empty()) std::cout << "source    " << attribution_text(attribution) << "\n";
  }
  std::cout << std::flush;
  return std::cout ? 0 : failed("info", "the output could not be written");
}

void add_near(CLI::App& places, std::function<int()>& action) {
  auto options = std::make_shared<NearOptions>();
  auto& command = *places.add_subcommand("near", "Say what is near a point, from the place files alone");
  command.add_option("POINT", options->point, "Where: LAT,LON in degrees, or as IAMAT has it: +34.0689-118.4451")
      ->type_name("")
      ->required();
  command.add_option("--radius", options->radius_km, "How far to look, in km; decimals are fine")
      ->type_name("KM")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 20'040.0))
      ->check([](const std::string& text) {  // Range lets "nan" pass
        return text.find_first_not_of("0123456789.") == std::string::npos ? "" : "\"" + text + "\" is no distance";
      });
  command.add_option("--limit", options->limit, "How many places at most")
      ->type_name("N")
      ->capture_default_str()
      ->check(CLI::Range(1, 20));
  command.add_option("--type", options->type, "Only places of this type of Google's: cafe, pharmacy, transit_station")
      ->type_name("TYPE");
  command.add_option("--keyword", options->keyword, "Only places with all of these words in their names or types")
      ->type_name("WORDS");
  command.add_option("--in", options->files, "Look in this place file only; may be repeated")
      ->type_name("FILE.places")
      ->allow_extra_args(false);
  command.add_flag("--json", options->json, "Print the response that WHATSAT would send instead of a table");
  add_config_option(command, options->config_file);
  command.allow_extras();  // a second half of the place deserves a better word than "not expected"
  command.footer(
      "Looks in the place files that ship (PROXYHERD_DATA names another folder for them) and in the [places] files of\n"
      "the herd's file; that file need not exist unless it is named. With --in it looks nowhere else.\n"
      "\n"
      "Examples:\n"
      "  proxyherd places near 34.0689,-118.4451 --limit 5\n"
      "  proxyherd places near 47.1410,9.5209 --radius 0.5 --json\n"
      "  proxyherd places near 47.1410,9.5209 --radius 20 --type restaurant --keyword pizzeria\n"
      "  proxyherd places near 43.7384,7.4246 --radius 1 --in monaco.places\n");
  command.callback([options, &command, &action] {
    options->center = center_of(options->point, command.remaining());
    options->config_wanted = command.get_option("--config")->count() > 0;
    action = [options] { return near(*options); };
  });
}

void add_info(CLI::App& places, std::function<int()>& action) {
  auto file = std::make_shared<std::string>();
  auto& command = *places.add_subcommand("info", "Describe a place file and verify its checksum");
  command.add_option("FILE.places", *file, "The place file")->required();
  command.footer(
      "Example:\n"
      "  proxyherd places info monaco.places\n");
  command.callback([file, &action] { action = [file] { return info(*file); }; });
}

}  // namespace

void add_places_command(CLI::App& app, std::function<int()>& action) {
  auto& places = *app.add_subcommand("places", "Ask and make the files of places that WHATSAT answers from");
  places.require_subcommand(1);
  places.footer(
      "Examples:\n"
      "  proxyherd places import monaco.osm.pbf -o monaco.places\n"
      "  proxyherd places near 43.7384,7.4246 --radius 1 --in monaco.places\n"
      "  proxyherd places info monaco.places\n");
  add_near(places, action);
  add_places_import_command(places, action);
  add_info(places, action);
}

}  // namespace herd::app
