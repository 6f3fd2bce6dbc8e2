#include "herd/geojson/geojson_places.h"

#include "gmock/gmock.h"

namespace herd::geojson {
namespace {

struct Outcome {
  std::vector<places::Place> places;
  std::vector<std::uint64_t> versions;
  GeojsonCounts counts;
  std::string error;
};

GeojsonOptions with_language(std::string language) {
  GeojsonOptions options;
  options.language = std::move(language);
  return options;
}

GeojsonOptions with_id_prefix(std::string prefix) {
  GeojsonOptions options;
  options.id_prefix = std::move(prefix);
  return options;
}

Outcome read_in_steps(std::string_view text, std::size_t step, GeojsonOptions options = {},
                      std::size_t bytes_max = GeojsonPlaces::feature_bytes_max) {
  Outcome out;
  GeojsonPlaces reader(
      "/data/towns.geojson", std::move(options),
      [&](const places::Place& place, std::uint64_t version) -> Result<void> {
        out.places.push_back(place);
        out.versions.push_back(version);
        return {};
      },
      bytes_max);
  Result<void> done;
  for (std::size_t at = 0; at < text.size() && done; at += step) done = reader.push(text.substr(at, step));
  if (done) done = reader.finish();
  if (!done) out.error = done.error().message;
  out.counts = reader.counts();
  return out;
}

Outcome read(std::string_view text, GeojsonOptions options = {}) {
  return read_in_steps(text, std::max<std::size_t>(text.size(), 1), std::move(options));
}

std::string feature(std::string_view properties,
                    std::string_view geometry = R"({"type":"Point","coordinates":[9.5,47.1]})",
                    std::string_view more = "") {
  return R"({"type":"Feature","geometry":)" + std::string(geometry) + R"(,"properties":)" + std::string(properties) +
         std::string(more) + "}";
}

/// The one place of an input.
places::Place only(std::string_view text, GeojsonOptions options = {}) {
  const auto out = read(text, std::move(options));
  EXPECT_EQ(out.error, "");
  EXPECT_EQ(out.places.size(), 1U);
  return out.places.empty() ? places::Place{} : out.places[0];
}

const std::string vaduz =
    R"({"type":"Feature","geometry":{"type":"Point","coordinates":[9.5209,47.141]},"properties":{"name":"Vaduz","place_id":"town:1","types":["locality","political"],"vicinity":"Liechtenstein","attribution":"Towns"}})";
const std::string null_island =
    R"({"type":"Feature","id":"x","geometry":{"type":"Point","coordinates":[-0.0000001,-90,12.5]},"properties":{"name":"\u00dc\"\u0001","place_id":"own:2","types":["cafe","establishment"],"vicinity":null,"other_names":"A;B","opening_hours":"Mo-Fr 08:00-12:00","business_status":"CLOSED_TEMPORARILY","more":{}}})";

const std::vector<places::Place> both = {
    {{471410000, 95209000}, "Vaduz", "town:1", {"locality", "political"}, "Liechtenstein", "Towns"},
    {{-900000000, -1},
     "\xc3\x9c\"\x01",
     "own:2",
     {"cafe", "establishment"},
     "",
     "",
     "A;B",
     "Mo-Fr 08:00-12:00",
     places::BusinessStatus::closed_temporarily},
};

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const auto part : parts) out += part;
  return out;
}

TEST(GeojsonPlaces, are_read_from_lines_sequences_and_collections_alike) {
  for (const auto& text :
       {joined({vaduz, "\n", null_island, "\n"}), joined({vaduz, "\r\n\r\n", null_island}),
        joined({"\x1e", vaduz, "\n\x1e", null_island, "\n"}),
        joined({R"({"type":"FeatureCollection","name":"features","features":[)", vaduz, ",\n", null_island, "]}"}),
        joined({R"({"features":[)", vaduz, R"(],"type":"FeatureCollection"})", null_island})}) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}, text.size()}) {
      const auto out = read_in_steps(text, step);
      EXPECT_EQ(out.error, "");
      EXPECT_EQ(out.places, both);
      EXPECT_EQ(out.counts, (GeojsonCounts{{{"own", 2}}}));
    }
  }
}

TEST(GeojsonPlaces, of_ones_own_need_no_more_than_a_name_and_a_location) {
  const places::Place place = only(feature(R"({"name":"Hut"})"));
  EXPECT_EQ(place,
            (places::Place{{471000000, 95000000}, "Hut", place.place_id, {"point_of_interest", "establishment"}}));
  EXPECT_THAT(place.place_id, testing::MatchesRegex("towns:[0-9a-f]+"));
  EXPECT_EQ(only(feature(R"({"name":"Hut","x":1})")).place_id, place.place_id) << "the same again";
  EXPECT_NE(only(feature(R"({"name":"Hat"})")).place_id, place.place_id);
  EXPECT_NE(only(feature(R"({"name":"Hut"})", R"({"type":"Point","coordinates":[9.5,47.2]})")).place_id,
            place.place_id);
}

TEST(GeojsonPlaces, of_ones_own_may_take_their_ids_from_the_features) {
  EXPECT_EQ(only(feature(R"({"name":"Hut"})", R"({"type":"Point","coordinates":[9,47]})", R"(,"id":"h-1")")).place_id,
            "towns:h-1");
  EXPECT_EQ(only(feature(R"({"name":"Hut"})", R"({"type":"Point","coordinates":[9,47]})", R"(,"id":12)"),
                 with_id_prefix("huts"))
                .place_id,
            "huts:12");
}

TEST(GeojsonPlaces, are_OpenStreetMap_objects_with_their_tags) {
  const auto out = read(
      feature(
          R"({"@version":3,"amenity":"cafe","name":"Caf\u00e9 Wolf","name:de":"Kaffee Wolf","name:en":"Wolf","alt_name":"Wolf;W\u00f6lfle","brand":"Kaffee Wolf","addr:street":"St\u00e4dtle","addr:housenumber":"29","addr:city":"Vaduz","opening_hours":"Mo-Fr 08:00-18:00"})",
          R"({"type":"Point","coordinates":[9.5,47.1]})", R"(,"id":"n12")"),
      with_language("de"));
  EXPECT_EQ(out.error, "");
  EXPECT_EQ(
      out.places,
      (std::vector<places::Place>{
          {{471000000, 95000000},
           "Kaffee Wolf",
           "osm:n12",
           {"cafe", "food", "point_of_interest", "establishment"},
           "Städtle 29, Vaduz",
           R"(© <a href="https://www.openstreetmap.org/copyright">OpenStreetMap contributors</a>, <a href="https://opendatacommons.org/licenses/odbl/1-0/">ODbL 1.0</a>)",
           "Café Wolf;Wolf;Wölfle",
           "Mo-Fr 08:00-18:00",
           places::BusinessStatus::operational}}));
  EXPECT_EQ(out.versions, std::vector<std::uint64_t>{6});
  EXPECT_EQ(out.counts.places, (std::map<std::string, std::uint64_t, std::less<>>{{"amenity", 1}}));
}

TEST(GeojsonPlaces, of_OpenStreetMap_have_the_ids_of_their_objects_however_they_are_written) {
  const auto id = [](std::string_view more_tags, std::string_view more, GeojsonOptions options = {}) {
    return only(feature(R"({"shop":"yes","name":"A")" + std::string(more_tags) + "}",
                        R"({"type":"Point","coordinates":[9,47]})", more),
                std::move(options))
        .place_id;
  };
  EXPECT_EQ(id("", R"(,"id":"w45")"), "osm:w45");
  EXPECT_EQ(id("", R"(,"id":"a90")"), "osm:w45");
  EXPECT_EQ(id("", R"(,"id":"a13")"), "osm:r6");
  EXPECT_EQ(id("", R"(,"id":"a-90")"), "osm:w-45");
  EXPECT_EQ(id("", R"(,"id":"relation/6")"), "osm:r6");
  EXPECT_EQ(id(R"(,"@id":"way/45")", ""), "osm:w45");
  EXPECT_EQ(id(R"(,"@type":"node","@id":123)", ""), "osm:n123");
  EXPECT_EQ(id("", R"(,"id":"n1")", with_id_prefix("old")), "old:n1");
  EXPECT_THAT(id("", ""), testing::MatchesRegex("towns:[0-9a-f]+"));
}

TEST(GeojsonPlaces, know_an_area_to_be_newer_than_the_same_way_as_a_line) {
  const auto tags = R"({"@version":7,"leisure":"park","name":"A"})";
  const auto out =
      read(feature(tags, R"({"type":"LineString","coordinates":[[0,0],[0,2],[2,2],[0,0]]})", R"(,"id":"w45")") +
           feature(tags, R"({"type":"Polygon","coordinates":[[[0,0],[0,2],[2,2],[0,0]]]})", R"(,"id":"a90")"));
  EXPECT_EQ(out.versions, (std::vector<std::uint64_t>{14, 15}));
  EXPECT_EQ(out.places[0].place_id, out.places[1].place_id);
}

TEST(GeojsonPlaces, of_OpenStreetMap_without_a_name_or_of_another_kind_are_left_out_and_counted) {
  const auto out = read(feature(R"({"amenity":"bench"})") + feature(R"({"amenity":"cafe","name":" "})") +
                        feature(R"({"@id":"way/1","highway":"primary","name":"Landstrasse"})") +
                        feature(R"({"shop":"books","name":"Gutenberg"})", "null") + feature("null") +
                        feature(R"({"place_id":"x","types":["cafe"]})"));
  EXPECT_EQ(out.error, "");
  EXPECT_EQ(out.counts, (GeojsonCounts{{}, 4, 1, 1}));
}

TEST(GeojsonPlaces, of_OpenStreetMap_are_open_unless_it_says_otherwise) {
  const auto status = [](std::string_view tag) {
    return only(feature(R"({"shop":"yes","name":"A")" + std::string(tag) + "}")).status;
  };
  EXPECT_EQ(status(""), places::BusinessStatus::operational);
  EXPECT_EQ(status(R"(,"disused":"yes")"), places::BusinessStatus::closed_permanently);
  EXPECT_EQ(status(R"(,"abandoned":"yes")"), places::BusinessStatus::closed_permanently);
  EXPECT_EQ(status(R"(,"abandoned":"no")"), places::BusinessStatus::operational);
  EXPECT_EQ(status(R"(,"opening_hours":"off")"), places::BusinessStatus::closed_temporarily);
  const places::Place town =
      only(feature(R"({"place":"town","name":"Schaan","is_in":"Liechtenstein","addr:city":"Schaan"})"));
  EXPECT_EQ(town.status, places::BusinessStatus::unknown);
  EXPECT_EQ(town.vicinity, "Liechtenstein");
  EXPECT_EQ(town.types, (std::vector<std::string>{"locality", "political"}));
}

TEST(GeojsonPlaces, of_OpenStreetMap_have_the_address_that_their_tags_have) {
  const auto vicinity = [](std::string_view tags) {
    return only(feature(R"({"shop":"yes","name":"A",)" + std::string(tags) + "}")).vicinity;
  };
  EXPECT_EQ(vicinity(R"("addr:street":"Lova","addr:city":"Vaduz")"), "Lova, Vaduz");
  EXPECT_EQ(vicinity(R"("addr:place":"Malbun","addr:housenumber":"3")"), "Malbun 3");
  EXPECT_EQ(vicinity(R"("addr:housenumber":"3","addr:city":"Vaduz")"), "Vaduz");
  EXPECT_EQ(vicinity(R"("addr:full":"1 Long Road, Town")"), "1 Long Road, Town");
}

TEST(GeojsonPlaces, may_be_Overtures) {
  const std::string text =
      R"({"type":"Feature","id":"08f1","geometry":{"type":"Point","coordinates":[7.42,43.73]},"properties":{"version":2,"sources":[{"property":"","dataset":"meta","record_id":"1"}],"names":{"primary":"Le Caf\u00e9","common":{"en":"The Caf\u00e9","de":"Das Caf\u00e9"},"rules":null},"categories":{"primary":"coffee_shop","alternate":["pizza_restaurant","wine_tour"]},"confidence":0.9,"addresses":[{"freeform":"1 Rue Grimaldi","locality":"Monaco","country":"MC"}],"operating_status":"temporarily_closed"}})";
  const auto out = read(text, with_language("en"));
  EXPECT_EQ(out.error, "");
  EXPECT_EQ(
      out.places,
      (std::vector<places::Place>{
          {{437300000, 74200000},
           "The Café",
           "overture:08f1",
           {"cafe", "food", "restaurant", "point_of_interest", "establishment"},
           "1 Rue Grimaldi, Monaco",
           R"(© <a href="https://overturemaps.org">Overture Maps Foundation</a>, <a href="https://cdla.dev/permissive-2-0/">CDLA Permissive 2.0</a>)",
           "Le Café;Das Café",
           "",
           places::BusinessStatus::closed_temporarily}}));
  EXPECT_EQ(out.versions, std::vector<std::uint64_t>{2});
}

TEST(GeojsonPlaces, of_Overtures_may_be_as_its_downloader_writes_them) {
  const places::Place place = only(
      R"({"type":"Feature","geometry":{"type":"Point","coordinates":[7,43]},"properties":{"id":"08f2","names":{"primary":"A","common":[["de","B"],["fr",null]]},"basic_category":"gas_station","sources":[{"dataset":"OpenStreetMap"}],"addresses":[],"operating_status":"open"}})",
      with_language("de"));
  EXPECT_EQ(place.name, "B");
  EXPECT_EQ(place.other_names, "A");
  EXPECT_EQ(place.place_id, "overture:08f2");
  EXPECT_EQ(place.types, (std::vector<std::string>{"gas_station", "point_of_interest", "establishment"}));
  EXPECT_THAT(place.attribution, testing::HasSubstr("OpenStreetMap contributors"));
  EXPECT_EQ(place.status, places::BusinessStatus::operational);
}

TEST(GeojsonPlaces, of_Overtures_have_few_lists_of_types) {
  const auto types = [](std::string_view categories) {
    return only(feature(R"({"names":{"primary":"A"},"categories":)" + std::string(categories) + "}")).types;
  };
  const auto of_pair = types(R"({"primary":"wine_tour","alternate":["pharmacy","bank","school"]})");
  EXPECT_EQ(of_pair.front(), "wine_tour");
  EXPECT_THAT(of_pair, testing::IsSupersetOf({"pharmacy", "bank"}));
  EXPECT_THAT(of_pair, testing::Not(testing::Contains("school"))) << "a third alternate";
  EXPECT_EQ(types(R"({"primary":"wine_tour","alternate":["bank","pharmacy"]})"), of_pair) << "whatever the order";
  EXPECT_EQ(types(R"({"primary":"wine_tour","alternate":["beer_tour","gin_tour"]})"),
            (std::vector<std::string>{"wine_tour", "point_of_interest", "establishment"}));
}

TEST(GeojsonPlaces, of_Overtures_keep_as_many_names_as_fit) {
  const auto names = [](std::size_t first, std::size_t second) {
    return only(feature(R"({"names":{"primary":"A","common":{"de":")" + std::string(first, 'x') + R"(","fr":")" +
                        std::string(second, 'y') + "\"}}}"))
        .other_names;
  };
  EXPECT_EQ(names(4000, 50), std::string(4000, 'x') + ";" + std::string(50, 'y'));
  EXPECT_EQ(names(4000, 100), std::string(4000, 'x'));
  EXPECT_EQ(names(5000, 100), "");
}

TEST(GeojsonPlaces, of_ones_own_may_have_properties_that_are_called_like_tags) {
  for (const std::string_view more : {R"("vicinity":"Floor 3")", R"("business_status":"OPERATIONAL")",
                                      R"("attribution":"Us")", R"("types":["cafe"])", R"("place_id":"towns:1")"}) {
    const auto out = read(feature(R"({"name":"Desk","office":"B 12",)" + std::string(more) + "}",
                                  R"({"type":"Point","coordinates":[9,47]})", R"(,"id":1)"));
    EXPECT_EQ(out.counts, (GeojsonCounts{{{"own", 1}}})) << more << out.error;
  }
  EXPECT_EQ(read(feature(R"({"name":"Desk","office":"yes"})")).counts, (GeojsonCounts{{{"office", 1}}}));
  EXPECT_EQ(read(feature(R"({"@id":"node/1","name":"Desk","office":"yes","attribution":"City"})")).counts,
            (GeojsonCounts{{{"office", 1}}}))
      << "attribution is a tag, too";
}

TEST(GeojsonPlaces, whose_coordinates_are_empty_have_no_location) {
  for (const std::string_view geometry :
       {R"({"type":"Point","coordinates":[]})", R"({"type":"MultiPolygon","coordinates":[]})",
        R"({"type":"GeometryCollection","geometries":[]})", "null"}) {
    const auto out = read(feature(R"({"name":"A"})", geometry) + vaduz);
    EXPECT_EQ(out.error, "");
    EXPECT_EQ(out.counts, (GeojsonCounts{{{"own", 1}}, 0, 0, 1})) << geometry;
  }
}

TEST(GeojsonPlaces, are_found_whatever_their_geometry) {
  const auto at = [](std::string_view geometry) { return only(feature(R"({"name":"A"})", geometry)).location; };
  using geo::Location;
  EXPECT_EQ(at(R"({"type":"MultiPoint","coordinates":[[1,2],[3,4]]})"), (Location{20000000, 10000000}));
  EXPECT_EQ(at(R"({"type":"LineString","coordinates":[[0,0],[4,0]]})"), (Location{0, 20000000}));
  EXPECT_EQ(at(R"({"type":"MultiLineString","coordinates":[[[0,0],[1,0]],[[2,0],[6,0]]]})"), (Location{0, 40000000}));
  EXPECT_EQ(at(R"({"type":"Polygon","coordinates":[[[0,0],[4,0],[4,2],[0,2],[0,0]]]})"),
            (Location{10000000, 20000000}));
  EXPECT_EQ(
      at(R"({"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,1],[0,0]]],[[[4,0],[8,0],[8,2],[4,2],[4,0]]]]})"),
      (Location{10000000, 60000000}));
  EXPECT_EQ(at(R"({"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]}]})"),
            (Location{20000000, 10000000}));
}

TEST(GeojsonPlaces, that_are_too_large_are_left_out_and_counted) {
  const auto text = vaduz + feature(R"({"name":")" + std::string(5000, 'x') + "\"}") + vaduz;
  const auto out = read_in_steps(text, 100, {}, 1000);
  EXPECT_EQ(out.error, "");
  EXPECT_EQ(out.places.size(), 2U);
  EXPECT_EQ(out.counts.too_large, 1U);

  const auto of_bytes = [](std::size_t bytes) {
    const auto empty = feature(R"({"name":"A","x":""})");
    return feature(R"({"name":"A","x":")" + std::string(bytes - empty.size(), 'x') + "\"}");
  };
  constexpr std::size_t bytes_max = 16 * 1024 * 1024;
  EXPECT_EQ(read(of_bytes(bytes_max)).counts, (GeojsonCounts{{{"own", 1}}}));
  EXPECT_EQ(read(of_bytes(bytes_max + 1)).counts, (GeojsonCounts{{}, 0, 0, 0, 1}));
}

TEST(GeojsonPlaces, name_the_line_of_a_mistake) {
  const auto error = [](const std::string& text) { return read(text).error; };
  const std::string expected = "; one Feature a line or a FeatureCollection is expected";
  EXPECT_EQ(error(""), "/data/towns.geojson:1: empty" + expected);
  EXPECT_EQ(error("\n \n"), "/data/towns.geojson:1: empty" + expected);
  EXPECT_EQ(error(R"({"type":"FeatureCollection","features":[]})"), "");
  const auto nested = [](std::size_t depth) {  // in a feature and its properties
    return feature(R"({"name":"A","x":)" + std::string(depth - 2, '[') + std::string(depth - 2, ']') + "}");
  };
  EXPECT_EQ(error(nested(32)), "");
  EXPECT_EQ(error("\n" + nested(33)),
            "/data/towns.geojson:2: nested deeper than 32 lists and objects; leave out the property that is");
  const std::string wrong_point =
      "/data/towns.geojson:1: geometry.coordinates must be [longitude, latitude] in degrees";
  EXPECT_EQ(error(vaduz + "\n\n" + "{\"type\":\n"),
            "/data/towns.geojson:4: not JSON: the input ends inside of what begins in line 3; is it cut off?");
  EXPECT_EQ(error(vaduz + "\nhello\n"), "/data/towns.geojson:2: not JSON in UTF-8: syntax error" + expected);
  EXPECT_EQ(error("\n\"Z\xfcrich\""), "/data/towns.geojson:2: not JSON in UTF-8: syntax error" + expected);
  EXPECT_EQ(error("{\"features\":[" + vaduz + ",\n{\"type\" 1}]}"),
            "/data/towns.geojson:2: not JSON in UTF-8: syntax error" + expected);
  EXPECT_EQ(error("{\"features\":[" + vaduz + "\n" + vaduz + "]}"),
            "/data/towns.geojson:2: not JSON: a comma or the end of an array is expected here");
  EXPECT_EQ(error("[1]"), "/data/towns.geojson:1: not a GeoJSON Feature" + expected);
  EXPECT_EQ(error(R"({"type":"Topology","objects":{}})"), "/data/towns.geojson:1: not a GeoJSON Feature" + expected);
  EXPECT_EQ(error(R"({"type":"Feature","properties":{"name":"A"}})"),
            "/data/towns.geojson:1: geometry is missing; null is one, too");
  const std::string named = R"({"name":"A"})";
  EXPECT_EQ(error(feature(named, R"({"type":"Point","coordinates":[9.5]})")), wrong_point);
  EXPECT_EQ(error(feature(named, R"({"type":"Point","coordinates":["9","47"]})")), wrong_point);
  EXPECT_EQ(error(feature(named, R"({"type":"Point","coordinates":[47.1,90.1]})")), wrong_point);
  EXPECT_EQ(error(feature(named, R"({"type":"Point","coordinates":[180.1,9]})")), wrong_point);
  EXPECT_EQ(error(feature(named, R"({"type":"Point","coordinates":[1e400,9]})")), wrong_point);
  EXPECT_EQ(
      error(feature(named, R"({"type":"Polygon","coordinates":[[]]})")),
      "/data/towns.geojson:1: geometry.coordinates must be those of a Polygon, each point [longitude, latitude] in "
      "degrees");
  EXPECT_EQ(error(feature(named, R"({"type":"Circle"})")),
            "/data/towns.geojson:1: geometry must be one of GeoJSON's, such as a Point or a Polygon");
  EXPECT_EQ(error(feature(named, R"({"type":"GeometryCollection","geometries":[{"type":"GeometryCollection"}]})")),
            "/data/towns.geojson:1: geometry.geometries must be a list of other geometries");
  EXPECT_EQ(error(feature(R"({"name":1})")), "/data/towns.geojson:1: properties.name must be a string");
  EXPECT_EQ(error(feature(R"({"name":"A","types":"cafe"})")),
            "/data/towns.geojson:1: properties.types must be a list of strings");
  EXPECT_EQ(error(feature(R"({"name":"A","business_status":"open"})")),
            "/data/towns.geojson:1: properties.business_status must be OPERATIONAL, CLOSED_TEMPORARILY or "
            "CLOSED_PERMANENTLY");
}

TEST(GeojsonPlaces, have_ids_of_their_files_whole_name_up_to_its_ending) {
  const auto id = [](const std::string& file) {
    std::string out;
    GeojsonPlaces reader(file, {}, [&](const places::Place& place, std::uint64_t) -> Result<void> {
      out = place.place_id;
      return {};
    });
    EXPECT_TRUE(reader.push(feature(R"({"name":"A"})", R"({"type":"Point","coordinates":[9,47]})", R"(,"id":1)")));
    return out;
  };
  EXPECT_EQ(id("/data.d/shops.paris.geojson"), "shops.paris:1");
  EXPECT_EQ(id("shops.rome.geojson.gz"), "shops.rome:1");
  EXPECT_EQ(id("shops.gz"), "shops:1");
  EXPECT_EQ(id("/dev/stdin"), "stdin:1");
  EXPECT_EQ(id(".shops"), ".shops:1");
}

TEST(GeojsonPlaces, end_where_they_are_not_taken) {
  GeojsonPlaces reader("x.json", {}, [](const places::Place&, std::uint64_t) -> Result<void> { return Error{"full"}; });
  EXPECT_EQ(reader.push("\n" + vaduz).error().message, "x.json:2: full");
}

}  // namespace
}  // namespace herd::geojson
