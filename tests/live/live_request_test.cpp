#include "herd/live/live_request.h"

#include <gtest/gtest.h>

namespace herd::live {
namespace {

using Circle = protocols::LiveSubscription::Circle;
using Clients = protocols::LiveSubscription::Clients;

std::string error_of(std::string_view json) {
  const auto wanted = parse_live_request(json);
  return wanted ? "none" : wanted.error().message;
}

TEST(LiveRequest, asks_for_a_circle_a_box_or_a_list) {
  const auto circle = std::get<Circle>(parse_live_request(R"({"near":[34.0689,-118.4451],"radius":5e2})").value());
  EXPECT_EQ(circle.center, (geo::Location{340'689'000, -1'184'451'000}));
  EXPECT_EQ(circle.radius_m, 500);
  EXPECT_EQ(std::get<Circle>(parse_live_request(R"({"near":[1e-7,0]})").value()).center, (geo::Location{1, 0}));
  EXPECT_EQ(std::get<Circle>(parse_live_request(R"({"near":[1,0]})").value()).radius_m, 1000);

  const auto box = std::get<geo::Box>(parse_live_request(R"({"bbox":[179.5,-1,-179.5,2]})").value());
  EXPECT_EQ(box.south_west, (geo::Location{-10'000'000, 1'795'000'000}));
  EXPECT_EQ(box.north_east, (geo::Location{20'000'000, -1'795'000'000}));

  EXPECT_EQ(std::get<Clients>(parse_live_request(R"({"clients":["a","b c","50%"]})").value()),
            (Clients{"a", "b%20c", "50%25", "50%"}));
}

TEST(LiveRequest, takes_ids_as_they_are_told_and_as_they_are) {
  EXPECT_EQ(std::get<Clients>(parse_live_request(R"({"clients":["my%20phone","my phone%"]})").value()),
            (Clients{"my%2520phone", "my%20phone", "my%20phone%25"}))
      << "of which the last one cannot have been told: the herd's ids have no white space";
}

TEST(LiveRequest, what_it_is_not_it_says) {
  EXPECT_EQ(error_of("{}"), R"(say whom to follow, in one way: "near" or "bbox" or "clients")");
  EXPECT_EQ(error_of(R"({"near":[1,2],"clients":["a"]})"),
            R"(say whom to follow, in one way: "near" or "bbox" or "clients")");
  EXPECT_EQ(error_of(R"({"clients":["a"],"radius":5})"), R"("radius" belongs to "near"; leave it out)");
  EXPECT_EQ(error_of(R"({"near":[1,2,3]})"), R"("near" must be [latitude,longitude] in degrees: [34.0689,-118.4451])");
  EXPECT_EQ(error_of(R"({"near":[91,2]})"), R"("near" must be [latitude,longitude] in degrees: [34.0689,-118.4451])");
  EXPECT_EQ(error_of(R"({"near":[1,2],"radius":-1})"), R"("radius" must be a number of metres from 0 to 20100000)");
  EXPECT_EQ(error_of(R"({"near":[1,2],"radius":30000000})"),
            R"("radius" must be a number of metres from 0 to 20100000)");
  const std::string box =
      R"("bbox" must be [west,south,east,north] in degrees, south below north: [-118.5,34,-118.4,34.1])";
  EXPECT_EQ(error_of(R"({"bbox":[1,2,3]})"), box);
  EXPECT_EQ(error_of(R"({"bbox":[1,3,2,2]})"), box);
  for (const auto& name : {std::string(), std::string(4097, 'x'), std::string(4097, '%'), std::string(1366, ' ')}) {
    EXPECT_EQ(error_of(R"({"clients":["a",")" + name + R"("]})"), R"("clients" must be ids of 1 to 4096 bytes)");
    EXPECT_EQ(error_of(R"({"clients":[")" + name + R"("]})"), R"("clients" must be ids of 1 to 4096 bytes)");
  }
  for (const auto* json : {R"({"near":"1,2"})", R"({"near":[[1,2]]})", R"({"near":5})"}) {
    EXPECT_EQ(error_of(json).substr(0, 5), "\"near") << json;
  }
  EXPECT_EQ(error_of(R"({"clients":["a"],"limit":5})").substr(0, 26), R"("limit" is not understood;)");
  EXPECT_EQ(error_of(R"({"nera":[34,5]})").substr(0, 25), R"("nera" is not understood;)");
  EXPECT_EQ(error_of(R"({"near":[34,"5"]})").substr(0, 27), R"("near.1" is not understood;)");
  EXPECT_NE(error_of(R"({"clients":["a")"), "none");
  EXPECT_NE(error_of(""), "none");
}

}  // namespace
}  // namespace herd::live
