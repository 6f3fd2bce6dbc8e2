#include "api/http_conversation.h"

namespace herd::api {
namespace {

struct HttpPlaces : HttpConversation {
  /// What the places were asked for last.
  std::string asked() const {
    if (places.asked.empty()) return "nothing";
    const auto& [center, radius_m, limit, type, keyword] = places.asked.back();
    return std::to_string(center.latitude_e7) + ' ' + std::to_string(center.longitude_e7) + ' ' +
           std::to_string(static_cast<int>(radius_m)) + ' ' + std::to_string(limit) + ' ' + type + ' ' + keyword;
  }
};

constexpr auto found = "200 application/json {\"status\": \"OK\"}\n";

TEST_F(HttpPlaces, are_found_near_a_point) {
  EXPECT_EQ(ask("GET", "/v1/places?near=34.06,-118.4"), found);
  EXPECT_EQ(asked(), "340600000 -1184000000 1000 20  ");
  EXPECT_EQ(ask("GET", "/v1/places?near=34.06,-118.4&radius=50&limit=3&type=cafe&keyword=big+blue%26"), found);
  EXPECT_EQ(asked(), "340600000 -1184000000 50 3 cafe big blue&");
}

TEST_F(HttpPlaces, are_found_near_a_client) {
  EXPECT_EQ(ask("GET", "/v1/clients/p/places"), "404 nothing is known of the client \\\"p\\\"");
  ask("PUT", "/v1/clients/p", R"({"lat":34.06,"lon":-118.4})");
  EXPECT_EQ(ask("GET", "/v1/clients/p/places?radius=50000&limit=1"), found);
  EXPECT_EQ(asked(), "340600000 -1184000000 50000 1  ");
}

TEST_F(HttpPlaces, are_refused_for_what_is_missing_or_out_of_bounds) {
  EXPECT_EQ(ask("GET", "/v1/places"), "400 the parameter near is missing; say near=latitude,longitude");
  EXPECT_EQ(ask("GET", "/v1/places?near=1,2&radius=50001"),
            "400 the parameter radius is \\\"50001\\\"; it must be a number from 0 to 50000");
  EXPECT_EQ(ask("GET", "/v1/places?near=1,2&limit=21"),
            "400 the parameter limit is \\\"21\\\"; it must be a whole number from 1 to 20");
  EXPECT_EQ(asked(), "nothing");
}

TEST_F(HttpPlaces, that_there_is_no_memory_for_are_a_503) {
  places.has_memory = false;
  EXPECT_EQ(ask("GET", "/v1/places?near=1,2"), "503 the places could not be looked up for want of memory");
}

TEST_F(HttpPlaces, are_found_as_google_is_asked_for_them) {
  const std::string path = "/maps/api/place/nearbysearch/json?";
  EXPECT_EQ(ask("GET", path + "location=34.06%2C-118.4&radius=1500&type=cafe&keyword=big&name=blue&key=AIza&region=us"),
            found);
  EXPECT_EQ(asked(), "340600000 -1184000000 1500 20 cafe big blue");
  EXPECT_EQ(ask("GET", path + "location=34.06,-118.4&rankby=distance&type=cafe"), found);
  EXPECT_EQ(asked(), "340600000 -1184000000 50000 20 cafe ");
  EXPECT_EQ(ask("GET", path + "location=34.06,-118.4&rankby=prominence&radius=5"), found);
  EXPECT_EQ(asked(), "340600000 -1184000000 5 20  ");
}

TEST_F(HttpPlaces, are_refused_in_googles_words) {
  const auto refused = [this](const std::string& query) {
    const auto text = ask("GET", "/maps/api/place/nearbysearch/json" + query);
    constexpr std::string_view before =
        R"(200 application/json {"html_attributions":[],"results":[],"status":"INVALID_REQUEST","error_message":")";
    return text.starts_with(before) ? text.substr(before.size()) : text;
  };
  EXPECT_EQ(refused(""), "location must be latitude,longitude in degrees: 34.0689,-118.4451\"}\n");
  EXPECT_EQ(refused("?location=1,2"), "radius is missing\"}\n");
  EXPECT_EQ(refused("?location=1,2&radius=5&rankby=distance&type=cafe"), "radius cannot be with rankby=distance\"}\n");
  EXPECT_EQ(refused("?location=1,2&rankby=distance"), "rankby=distance needs a keyword or a type\"}\n");
  EXPECT_EQ(refused("?location=1,2&radius=5&rankby=best"), "rankby must be prominence or distance\"}\n");
  EXPECT_EQ(refused("?pagetoken=x"), "pagetoken: there are no further pages; ask for a smaller radius\"}\n");
  for (const auto* const radius : {"0", "-5", "50001", "wide", "nan", ""}) {
    EXPECT_EQ(refused("?location=1,2&radius=" + std::string(radius)),
              "radius must be a number of metres, above 0 and at most 50000\"}\n");
  }
  EXPECT_EQ(asked(), "nothing");

  access.grants = {{"Bearer t", std::make_shared<protocols::Grant>(std::vector<std::string>{"*"},
                                                                   std::vector{protocols::Verb::places})}};
  EXPECT_NE(ask("GET", "/maps/api/place/nearbysearch/json?location=1,2&radius=5&key=x")
                .find(R"(200 application/json {"html_attributions":[],"results":[],"status":"REQUEST_DENIED")"),
            std::string::npos);
  EXPECT_EQ(ask("GET", "/maps/api/place/nearbysearch/json?location=1,2&radius=5&key=t"), found)
      << "a token may be where Google's key is";
  access.requests_left = 0;
  EXPECT_NE(ask("GET", "/maps/api/place/nearbysearch/json?location=1,2&radius=5&key=t").find("OVER_QUERY_LIMIT"),
            std::string::npos);
}

}  // namespace
}  // namespace herd::api
