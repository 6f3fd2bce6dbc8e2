#include "herd/google/google_question.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

namespace herd::google {
namespace {

constexpr geo::Location ucla{340'689'300, -1'184'451'270};

TEST(GoogleQuestion, has_the_location_exactly_and_no_key) {
  EXPECT_EQ(google_question({ucla, 10'000, 20}),
            "/maps/api/place/nearbysearch/json?location=34.06893,-118.445127&radius=10000");
  EXPECT_EQ(google_question({{1, -1}, 10'000, 20}),
            "/maps/api/place/nearbysearch/json?location=0.0000001,-0.0000001&radius=10000");
  EXPECT_EQ(google_question({{-900'000'000, 1'800'000'000}, 10'000, 20}),
            "/maps/api/place/nearbysearch/json?location=-90,180&radius=10000");
  EXPECT_EQ(google_question({{-338'587'323, 1'512'100'055}, 10'000, 20}),
            "/maps/api/place/nearbysearch/json?location=-33.8587323,151.2100055&radius=10000");
}

TEST(GoogleQuestion, asks_for_whole_metres_from_1_to_50000_and_rather_one_more_than_one_less) {
  const auto radius = [](double radius_m) {
    const auto question = google_question({ucla, radius_m, 20});
    return question.substr(question.rfind('=') + 1);
  };
  EXPECT_EQ(radius(0), "1");
  EXPECT_EQ(radius(0.001), "1");
  EXPECT_EQ(radius(1), "1");
  EXPECT_EQ(radius(1.0001), "2");
  EXPECT_EQ(radius(2500), "2500");
  EXPECT_EQ(radius(49'999.5), "50000");
  EXPECT_EQ(radius(50'000), "50000");
  EXPECT_EQ(radius(std::nextafter(50'000, 60'000)), "50000");
  EXPECT_EQ(radius(std::numeric_limits<double>::infinity()), "50000");
}

TEST(GoogleQuestion, has_type_and_keyword_percent_encoded_where_there_are_any) {
  EXPECT_EQ(google_question({ucla, 50, 20, "cafe", ""}),
            "/maps/api/place/nearbysearch/json?location=34.06893,-118.445127&radius=50&type=cafe");
  EXPECT_EQ(google_question({ucla, 50, 20, "", "a-b._~ &key=x\r\n\xc3\xa9+%"}),
            "/maps/api/place/nearbysearch/json?location=34.06893,-118.445127&radius=50"
            "&keyword=a-b._~%20%26key%3Dx%0D%0A%C3%A9%2B%25");
  EXPECT_EQ(google_question({ucla, 50, 20, "bar", "sushi"}),
            "/maps/api/place/nearbysearch/json?location=34.06893,-118.445127&radius=50&type=bar&keyword=sushi");
}

TEST(GoogleQuestion, is_the_same_for_all_limits) {
  EXPECT_EQ(google_question({ucla, 50, 1}), google_question({ucla, 50, 20}));
}

TEST(GoogleTarget, is_the_question_and_the_key_behind_it) {
  EXPECT_EQ(google_target("/json?radius=1", GoogleKey::parse("AIza").value()), "/json?radius=1&key=AIza");
}

}  // namespace
}  // namespace herd::google
