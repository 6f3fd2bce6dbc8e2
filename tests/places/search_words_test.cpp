#include "herd/places/search_words.h"

#include "gtest/gtest.h"

namespace herd::places {
namespace {

std::string folded(std::string_view text) {
  std::string out;
  append_folded(out, text);
  return out;
}

TEST(SearchWords, compare_letters_without_case_and_accents) {
  EXPECT_EQ(folded("CAFÉ Zürich, Łódź & Nîmes 24/7"), "cafe zurich, lodz & nimes 24/7");
  EXPECT_EQ(folded("Ærø Þing Œuvre ŊĲ ß"), "æro þing œuvre ŋĳ ß");
  EXPECT_EQ(folded("ΑΘΗΝΑ МОСКВА ЁЖ"), "αθηνα москва ёж");
  EXPECT_EQ(folded("寿司 \xff"), "寿司 \uFFFD");
}

TEST(SearchWords, are_all_in_the_place_or_it_does_not_match) {
  const std::vector<std::string_view> types = {"meal_takeaway", "food"};
  const PlaceView place{.location = {},
                        .name = "Pizzeria Côté Jardin",
                        .place_id = "secret",
                        .types = types,
                        .vicinity = "12 Rue Grimaldi, Monaco",
                        .attribution = "secret",
                        .other_names = "Le Jardin;Chez Gino",
                        .opening_hours = "secret"};
  const auto matches = [&](std::string_view keyword) { return SearchWords(keyword).match(place); };
  EXPECT_TRUE(matches("zzer"));
  EXPECT_FALSE(matches("pizza"));
  EXPECT_TRUE(matches("COTE jardin"));
  EXPECT_TRUE(matches("  monaco\tgino "));
  EXPECT_TRUE(matches("takeaway grimaldi"));
  EXPECT_FALSE(matches("keaway"));
  EXPECT_FALSE(matches("pizzeria roma"));
  EXPECT_FALSE(matches("secret"));
  EXPECT_FALSE(matches("jardin12"));
  EXPECT_TRUE(SearchWords(" ").empty());
  EXPECT_FALSE(SearchWords(" x ").empty());
}

}  // namespace
}  // namespace herd::places
