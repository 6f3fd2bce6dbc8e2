#include "herd/geojson/osm_tags.h"

#include <boost/json/parse.hpp>

#include "gmock/gmock.h"

namespace herd::geojson {
namespace {

using Types = std::vector<std::string>;

OsmKind kind(std::string_view tags) {
  return osm_kind(boost::json::parse("{" + std::string(tags) + "}").get_object());
}

TEST(OsmTags, become_types_of_Googles_with_the_most_specific_first) {
  EXPECT_EQ(kind(R"("amenity":"restaurant")").types,
            (Types{"restaurant", "food", "point_of_interest", "establishment"}));
  EXPECT_EQ(kind(R"("shop":"bakery","cuisine":"pretzel")").types,
            (Types{"bakery", "food", "store", "point_of_interest", "establishment"}));
  EXPECT_EQ(kind(R"("amenity":"pharmacy","healthcare":"pharmacy")").types,
            (Types{"pharmacy", "store", "health", "point_of_interest", "establishment"}));
}

TEST(OsmTags, that_the_table_does_not_know_claim_no_more_than_their_key_says) {
  EXPECT_EQ(kind(R"("shop":"anvils")").types, (Types{"store", "point_of_interest", "establishment"}));
  EXPECT_EQ(kind(R"("amenity":"bench")").types, (Types{"point_of_interest", "establishment"}));
}

TEST(OsmTags, are_told_apart_by_a_second_tag) {
  EXPECT_EQ(kind(R"("amenity":"place_of_worship","religion":"muslim")").types[0], "mosque");
  EXPECT_EQ(kind(R"("amenity":"place_of_worship","religion":"pastafarian")").types[0], "place_of_worship");
  EXPECT_EQ(kind(R"("railway":"station","station":"subway")").types[0], "subway_station");
  EXPECT_EQ(kind(R"("railway":"station")").types[0], "train_station");
  EXPECT_EQ(kind(R"("leisure":"sports_centre","sport":"10pin")").types[0], "bowling_alley");
}

TEST(OsmTags, of_towns_and_quarters_make_no_establishment) {
  EXPECT_EQ(kind(R"("place":"village")").types, (Types{"locality", "political"}));
  EXPECT_EQ(kind(R"("place":"suburb")").types, (Types{"sublocality_level_1", "sublocality", "political"}));
  EXPECT_FALSE(kind(R"("place":"village")").is_establishment);
  EXPECT_EQ(kind(R"("place":"island","leisure":"park")").types,
            (Types{"park", "natural_feature", "point_of_interest", "establishment"}));
}

TEST(OsmTags, of_stops_count_as_one_kind_and_their_twins_do_not_count) {
  EXPECT_EQ(kind(R"("highway":"bus_stop","public_transport":"platform")").key, "stops");
  EXPECT_EQ(kind(R"("railway":"tram_stop")").key, "stops");
  EXPECT_EQ(kind(R"("amenity":"bus_station","public_transport":"station")").key, "amenity");
  for (const auto* tags : {R"("public_transport":"stop_position")", R"("public_transport":"stop_area")",
                           R"("highway":"primary")", R"("railway":"rail")", R"("building":"yes")", R"("amenity":"")"}) {
    EXPECT_EQ(kind(tags).types, Types{}) << tags;
    EXPECT_EQ(kind(tags).key, "") << tags;
  }
}

TEST(OsmTags, are_what_osmium_is_asked_for) {
  EXPECT_EQ(osmium_filter(),
            (std::vector<std::string>{"nwr/amenity,shop,tourism,leisure,healthcare,office,craft,historic,aeroway,place",
                                      "nwr/railway=station,halt,tram_stop", "nwr/public_transport=station,platform",
                                      "nwr/highway=bus_stop"}));
}

TEST(OsmTags, have_values_that_say_enough_without_their_key) {
  EXPECT_EQ(types_of_osm_value("ice_cream"), (Types{"food", "store", "point_of_interest", "establishment"}));
  EXPECT_EQ(types_of_osm_value("hotel"), (Types{"lodging", "point_of_interest", "establishment"}));
  EXPECT_EQ(types_of_osm_value("anvils"), Types{});
  EXPECT_EQ(types_of_osm_value("*"), Types{});
}

}  // namespace
}  // namespace herd::geojson
