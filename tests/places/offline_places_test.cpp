#include "herd/places/offline_places.h"

#include <thread>

#include "gmock/gmock.h"
#include "sample_places.h"

namespace herd::places {
namespace {

class OfflinePlacesTest : public testing::Test {
 protected:
  std::filesystem::path a_ = temporary_file("a.places");
  std::filesystem::path b_ = temporary_file("b.places");

  void TearDown() override {
    std::filesystem::remove(a_);
    std::filesystem::remove(b_);
  }
  static std::vector<std::string> names(const OfflinePlaces& places, const NearbyQuery& query) {
    std::vector<std::string> found;
    for (const auto& each : places.find(query)) found.emplace_back(each.place.name);
    return found;
  }
};

TEST_F(OfflinePlacesTest, of_several_files_come_nearest_first) {
  const auto all = sample_places();
  write_places(a_, {all[0], all[2], all[7]});
  write_places(b_, {all[1], all[8]});
  const auto places = open_places({a_, b_});
  const geo::Location vaduz{471410000, 95209000};
  EXPECT_THAT(names(places, {vaduz, 10'000, 20}), testing::ElementsAre("Vaduz", "Caf\xc3\xa9 \"Amann\"", "Nendeln"));
  EXPECT_THAT(names(places, {vaduz, 10'000, 2}), testing::ElementsAre("Vaduz", "Caf\xc3\xa9 \"Amann\""));
  EXPECT_THAT(names(places, {vaduz, 0, 20}), testing::ElementsAre("Vaduz"));
  EXPECT_THAT(names(places, {vaduz, 10'000, 0}), testing::ElementsAre());
}

TEST_F(OfflinePlacesTest, that_several_files_hold_come_once) {
  const auto all = sample_places();
  write_places(a_, all);
  write_places(b_, {all[0], all[1]});
  EXPECT_THAT(names(open_places({a_, b_, a_}), {{471410000, 95209000}, 10'000, 3}),
              testing::ElementsAre("Vaduz", "Caf\xc3\xa9 \"Amann\"", "Nendeln"));
}

TEST_F(OfflinePlacesTest, answer_with_the_attributions_of_what_they_tell_and_no_others) {
  write_places(a_, sample_places());
  EXPECT_EQ(open_places({a_}).nearby_search({{471418000, 95215000}, 10, 5}), R"({
   "html_attributions": ["(c) Mappers"],
   "results": [
      {"business_status": "OPERATIONAL", "geometry": {"location": {"lat": 47.1418, "lng": 9.5215}}, "name": "Café \"Amann\"", "opening_hours": {"periods": [{"close": {"day": 1, "time": "1800"}, "open": {"day": 1, "time": "0800"}}, {"close": {"day": 2, "time": "1800"}, "open": {"day": 2, "time": "0800"}}, {"close": {"day": 3, "time": "1800"}, "open": {"day": 3, "time": "0800"}}, {"close": {"day": 4, "time": "1800"}, "open": {"day": 4, "time": "0800"}}, {"close": {"day": 5, "time": "1800"}, "open": {"day": 5, "time": "0800"}}, {"close": {"day": 6, "time": "1800"}, "open": {"day": 6, "time": "0800"}}]}, "place_id": "poi:2", "plus_code": {"global_code": "8FVF4GRC+PJ"}, "reference": "poi:2", "types": ["cafe", "food", "point_of_interest", "establishment"], "vicinity": "Aeulestrasse 56, Vaduz"}
   ],
   "status": "OK"
})");
}

TEST_F(OfflinePlacesTest, of_a_type_and_with_a_keyword_are_found_in_all_files) {
  const auto all = sample_places();
  write_places(a_, {all[0], all[2], all[9]});
  write_places(b_, {all[1], all[3]});
  const auto places = open_places({a_, b_});
  EXPECT_THAT(names(places, {{471410000, 95209000}, 20'000'000, 20, "establishment"}),
              testing::ElementsAre("Caf\xc3\xa9 \"Amann\"", "Null Island", "Matei Airport"));
  EXPECT_THAT(names(places, {{471410000, 95209000}, 20'000'000, 1, "establishment", "island"}),
              testing::ElementsAre("Null Island"));
}

TEST_F(OfflinePlacesTest, without_files_have_ZERO_RESULTS) {
  EXPECT_EQ(open_places({}).nearby_search({{0, 0}, 50'000, 20}),
            "{\n   \"html_attributions\": [],\n   \"results\": [],\n   \"status\": \"ZERO_RESULTS\"\n}");
}

TEST_F(OfflinePlacesTest, answer_several_threads_at_once) {
  write_places(a_, sample_places());
  const auto places = open_places({a_});
  const NearbyQuery query{{471410000, 95209000}, 50'000, 20};
  const auto expected = places.nearby_search(query);
  std::vector<std::string> answers(4);
  {
    std::vector<std::jthread> threads;
    threads.reserve(answers.size());
    for (auto& answer : answers) {
      threads.emplace_back([&] {
        for (int i = 0; i < 100; ++i) answer = places.nearby_search(query);
      });
    }
  }
  EXPECT_THAT(answers, testing::Each(expected));
}

}  // namespace
}  // namespace herd::places
