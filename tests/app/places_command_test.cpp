#include "herd/app/places_command.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <unistd.h>

#include "gmock/gmock.h"
#include "herd/app/places_table.h"

namespace herd::app {
namespace {

struct Outcome {
  int status;
  std::string out;
  std::string err;
};

/// `proxyherd` with these arguments, in a folder of its own as the one for place files and for working.
class PlacesCommand : public testing::Test {
 protected:
  std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) / ("herd-places-command-" + std::to_string(::getpid()));
  std::filesystem::path before_ = std::filesystem::current_path();

  void SetUp() override {
    std::filesystem::create_directories(folder_);
    std::filesystem::current_path(folder_);
    ::setenv("PROXYHERD_DATA", folder_.c_str(), 1);
    ::unsetenv("PROXYHERD_CONFIG");
  }
  void TearDown() override {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(folder_);
    ::unsetenv("PROXYHERD_DATA");
  }

  static void write(const std::string& file, const std::string& text) { std::ofstream(file) << text; }
  static std::string read(const std::string& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  static Outcome run(std::vector<std::string> arguments) {
    CLI::App app;
    std::function<int()> action;
    add_places_command(app, action);
    std::ranges::reverse(arguments);
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    int status = 2;
    try {
      app.parse(arguments);
      status = action();
    } catch (const CLI::ParseError& error) {
      std::cerr << error.what() << "\n";
    }
    auto out = testing::internal::GetCapturedStdout();
    return {status, std::move(out), testing::internal::GetCapturedStderr()};
  }
};

const std::string two_places =
    R"({"type":"Feature","geometry":{"type":"Point","coordinates":[9.5209,47.141]},"properties":{"name":"Vaduz","place_id":"town:1","types":["locality","political"],"vicinity":"Liechtenstein","attribution":"<a href=\"x\">Towns</a>"}}
{"type":"Feature","geometry":{"type":"Point","coordinates":[9.5215,47.1418]},"properties":{"name":"Caf\u00e9\u001b[2J","place_id":"poi:2","types":["cafe","food","point_of_interest","establishment"]}}
)";

TEST_F(PlacesCommand, import_makes_a_file_that_near_answers_from_and_info_describes) {
  write("two.geojsonl", two_places);
  const auto imported = run({"places", "import", "two.geojsonl", "-o", "two.places"});
  EXPECT_EQ(imported.err, "");
  EXPECT_EQ(imported.out, "two.geojsonl: 2 places (own 2)\ntwo.places: 2 places\n");
  EXPECT_EQ(imported.status, 0);

  const auto near = run({"places", "near", "47.1410,9.5209"});
  EXPECT_EQ(near.out,
            "DISTANCE  NAME      TYPES                VICINITY\n"
            "     0 m  Vaduz     locality, political  Liechtenstein\n"
            "   100 m  Café\uFFFD[2J  cafe, food\n"
            "\n"
            "Towns\n");
  EXPECT_EQ(near.status, 0);

  const auto described = run({"places", "info", "two.places"});
  EXPECT_EQ(described.out,
            "file      two.places\nplaces    2\nbytes     290\nversion   2\nchecksum  right\nsource    Towns\n");
  EXPECT_EQ(described.status, 0);
}

TEST_F(PlacesCommand, near_looks_only_in_the_files_that_are_named) {
  write("two.geojsonl", two_places);
  ASSERT_EQ(run({"places", "import", "two.geojsonl", "-o", "two.places"}).status, 0);
  std::filesystem::rename("two.places", "elsewhere.hidden");
  EXPECT_EQ(run({"places", "near", "47.1410,9.5209"}).status, 1);
  const auto near = run({"places", "near", "--in", "elsewhere.hidden", "47.1410,9.5209", "--type", "cafe"});
  EXPECT_EQ(near.out,
            "DISTANCE  NAME      TYPES       VICINITY\n"
            "   100 m  Café\uFFFD[2J  cafe, food\n");
  EXPECT_EQ(near.err, "");
  EXPECT_EQ(run({"places", "near", "0,0", "--in", "none.places"}).err,
            "proxyherd places near: none.places: No such file or directory; name a file made with \"proxyherd places "
            "import\"\n");
}

TEST_F(PlacesCommand, near_takes_radius_limit_and_json) {
  write("two.geojsonl", two_places);
  ASSERT_EQ(run({"places", "import", "two.geojsonl", "-o", "two.places"}).status, 0);
  EXPECT_EQ(run({"places", "near", "+47.1418+9.5215", "--radius", "0.05", "--limit", "1", "--json"}).out, R"({
   "html_attributions": [],
   "results": [
      {"geometry": {"location": {"lat": 47.1418, "lng": 9.5215}}, "name": "Café\u001b[2J", "place_id": "poi:2", "plus_code": {"global_code": "8FVF4GRC+PJ"}, "reference": "poi:2", "types": ["cafe", "food", "point_of_interest", "establishment"]}
   ],
   "status": "OK"
}
)");
  EXPECT_EQ(run({"places", "near", "-33.8,-70.6"}).out, "Nothing found; a greater --radius may find more.\n");
  EXPECT_EQ(
      run({"places", "near", "47.1410,9.5209", "--type", "Cafe"}).out,
      "Nothing found; another --type (one of Google's, in lower case: cafe), other words or a greater --radius may "
      "find more.\n");
  EXPECT_EQ(run({"places", "near", "91,0"}).err, "POINT: \"91,0\" is no place on Earth\n");
  for (const auto* limit : {"0", "21", "-1", "five"}) {
    EXPECT_EQ(run({"places", "near", "0,0", "--limit", limit}).status, 2) << limit;
  }
  for (const auto* radius : {"-1", "nan", "inf", "far", "1e1"}) {
    EXPECT_EQ(run({"places", "near", "0,0", "--radius", radius}).status, 2) << radius;
  }
}

TEST_F(PlacesCommand, near_says_where_it_looks_when_there_are_no_files) {
  const auto near = run({"places", "near", "0,0"});
  EXPECT_EQ(near.err,
            "proxyherd places near: no place files found; name the folder that holds world.places in PROXYHERD_DATA\n");
  EXPECT_EQ(near.status, 1);
}

TEST_F(PlacesCommand, near_adds_the_files_of_the_herd) {
  std::filesystem::create_directory("own");
  write("two.geojsonl", two_places);
  ASSERT_EQ(run({"places", "import", "two.geojsonl", "-o", "own/two.places"}).status, 0);
  write("other.toml",
        "[herd]\nname = \"x\"\n[[server]]\nid = \"A\"\nline = \"127.0.0.1:1\"\npeer = \"127.0.0.1:2\"\n"
        "[places]\nfiles = [\"own/two.places\"]\n");
  EXPECT_EQ(run({"places", "near", "47,9"}).status, 1);
  EXPECT_THAT(run({"places", "near", "47.141,9.5209", "--config", "other.toml"}).out, testing::HasSubstr("Vaduz"));
  std::filesystem::rename("other.toml", "herd.toml");
  EXPECT_THAT(run({"places", "near", "47.141,9.5209"}).out, testing::HasSubstr("Vaduz"));
}

TEST_F(PlacesCommand, import_that_fails_leaves_the_old_file) {
  write("good.geojsonl", two_places);
  ASSERT_EQ(run({"places", "import", "good.geojsonl", "-o", "x.places"}).status, 0);
  const auto before_import = read("x.places");

  write("bad.geojsonl", two_places + "{}\n");
  const auto bad = run({"places", "import", "good.geojsonl", "bad.geojsonl", "-o", "x.places"});
  EXPECT_EQ(bad.err,
            "proxyherd places import: bad.geojsonl:3: not a GeoJSON Feature; one Feature a line or a FeatureCollection "
            "is expected\n");
  EXPECT_EQ(bad.status, 1);
  write("empty.geojsonl", "\n");
  EXPECT_EQ(
      run({"places", "import", "empty.geojsonl", "-o", "x.places"}).err,
      "proxyherd places import: empty.geojsonl:1: empty; one Feature a line or a FeatureCollection is expected\n");
  write("none.geojson", R"({"type":"FeatureCollection","features":[]})");
  EXPECT_EQ(run({"places", "import", "none.geojson", "-o", "x.places"}).err,
            "proxyherd places import: no places in the input; x.places stays as it was\n");
  EXPECT_EQ(run({"places", "import", "none.geojsonl", "-o", "x.places"}).err,
            "proxyherd places import: none.geojsonl: cannot be read: No such file or directory\n");
  EXPECT_EQ(read("x.places"), before_import);
  EXPECT_FALSE(std::filesystem::exists("x.places.tmp"));
}

TEST_F(PlacesCommand, info_refuses_a_damaged_file) {
  write("good.geojsonl", two_places);
  ASSERT_EQ(run({"places", "import", "good.geojsonl", "-o", "x.places"}).status, 0);
  auto bytes = read("x.places");
  bytes.back() = '?';
  write("x.places", bytes);
  const auto described = run({"places", "info", "x.places"});
  EXPECT_EQ(described.out, "");
  EXPECT_EQ(
      described.err,
      "proxyherd places info: x.places: checksum of the body differs at byte 32; restore it or make it again with "
      "\"proxyherd places import\"\n");
  EXPECT_EQ(described.status, 1);
}

TEST(PlacesTable, writes_distances_in_metres_up_to_a_kilometre) {
  const std::vector<std::string_view> types = {"locality"};
  std::vector<places::FoundPlace> found;
  for (const double distance_m : {0.4, 999.4, 999.6, 1049.0, 12'345.6})
    found.push_back({distance_m, {{}, "x", "x", types, "", ""}});
  EXPECT_EQ(places_table(found, false),
            "DISTANCE  NAME  TYPES     VICINITY\n"
            "     0 m  x     locality\n"
            "   999 m  x     locality\n"
            "  1.0 km  x     locality\n"
            "  1.0 km  x     locality\n"
            " 12.3 km  x     locality\n");
}

}  // namespace
}  // namespace herd::app
