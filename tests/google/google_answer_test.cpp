#include "herd/google/google_answer.h"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <sstream>

namespace herd::google {
namespace {

using Kind = GoogleFailure::Kind;

const auto key = GoogleKey::parse("AIzaSecret").value();
constexpr geo::Location circular_quay{-338'600'000, 1'512'100'000};

/// As Google documents it, shortened: the places are 142 m, 1,137 m and 15 km from Circular Quay.
const std::string three_places = R"({
   "html_attributions": ["Listings by <a href=\"http://example.com/\">Example</a>"],


   "next_page_token": "ATplDJa",
   "results": [
      {
         "business_status": "OPERATIONAL",
         "geometry": {
            "location": {
               "lat": -33.8587323,
               "lng": 151.2100055
            }
         },
         "name": "Cruise \"[Bar]\", {the}",

         "rating": 4.0
      },
      {
         "geometry": {"location": {"lat": -33.8675219, "lng": 151.2016502}},
         "name": "Sydney Harbour Dinner Cruises",
         "rating": 3.80000000000000000001
      },
      {
         "geometry": {"location": {"lat": -33.7300000, "lng": 151.2100055}},
         "name": "Far"
      }
   ],
   "info_messages": ["one", "two"],
   "status": "OK"
}


)";

GoogleAnswer read(std::string body) {
  const auto outcome = read_google_answer(200, std::move(body), key);
  if (const auto* failure = std::get_if<GoogleFailure>(&outcome)) throw std::runtime_error(failure->reason);
  return *std::get<std::shared_ptr<const GoogleAnswer>>(outcome);
}

GoogleFailure failure(int http_status, std::string body) {
  const auto outcome = read_google_answer(http_status, std::move(body), key);
  const auto* found = std::get_if<GoogleFailure>(&outcome);
  return found == nullptr ? GoogleFailure{Kind::trouble, "it is an answer"} : *found;
}

GoogleFailure failure_of(std::string_view body) {
  return failure(200, std::string(body));
}

TEST(GoogleAnswer, is_Googles_own_text_where_nothing_is_left_out) {
  EXPECT_EQ(read(three_places).nearby_search({circular_quay, 20'000, 20}),
            R"({
   "html_attributions": ["Listings by <a href=\"http://example.com/\">Example</a>"],
   "next_page_token": "ATplDJa",
   "results": [
      {
         "business_status": "OPERATIONAL",
         "geometry": {
            "location": {
               "lat": -33.8587323,
               "lng": 151.2100055
            }
         },
         "name": "Cruise \"[Bar]\", {the}",
         "rating": 4.0
      },
      {
         "geometry": {"location": {"lat": -33.8675219, "lng": 151.2016502}},
         "name": "Sydney Harbour Dinner Cruises",
         "rating": 3.80000000000000000001
      },
      {
         "geometry": {"location": {"lat": -33.7300000, "lng": 151.2100055}},
         "name": "Far"
      }
   ],
   "info_messages": ["one", "two"],
   "status": "OK"
})");
}

TEST(GoogleAnswer, leaves_out_what_is_beyond_the_radius_and_the_token_for_more) {
  EXPECT_EQ(read(three_places).nearby_search({circular_quay, 10'000, 20}),
            R"({
   "html_attributions": ["Listings by <a href=\"http://example.com/\">Example</a>"],
   "results": [
      {
         "business_status": "OPERATIONAL",
         "geometry": {
            "location": {
               "lat": -33.8587323,
               "lng": 151.2100055
            }
         },
         "name": "Cruise \"[Bar]\", {the}",
         "rating": 4.0
      },
      {
         "geometry": {"location": {"lat": -33.8675219, "lng": 151.2016502}},
         "name": "Sydney Harbour Dinner Cruises",
         "rating": 3.80000000000000000001
      }
   ],
   "info_messages": ["one","two"],
   "status": "OK"
})");
}

TEST(GoogleAnswer, has_no_more_results_than_asked_for) {
  EXPECT_EQ(read(R"({"results":[{"geometry":{"location":{"lat":0,"lng":0}},"a":1},)"
                 R"({"geometry":{"location":{"lat":0,"lng":1e-3}},"b":[{}]}],"status":"OK"})")
                .nearby_search({{0, 0}, 50'000, 1}),
            "{\n   \"results\": [\n      {\"geometry\":{\"location\":{\"lat\":0,\"lng\":0}},\"a\":1}\n   ],\n"
            "   \"status\": \"OK\"\n}");
}

TEST(GoogleAnswer, is_ZERO_RESULTS_when_none_is_near_enough) {
  EXPECT_EQ(read(three_places).nearby_search({{0, 0}, 50'000, 20}),
            "{\n   \"html_attributions\": [\"Listings by <a href=\\\"http://example.com/\\\">Example</a>\"],\n"
            "   \"results\": [],\n   \"info_messages\": [\"one\",\"two\"],\n   \"status\": \"ZERO_RESULTS\"\n}");
  EXPECT_EQ(read(three_places).nearby_search({circular_quay, 0, 20}),
            read(three_places).nearby_search({circular_quay, 10'000, 0}));
}

TEST(GoogleAnswer, may_have_no_results_at_all) {
  const std::string none =
      "{\n   \"html_attributions\" : [],\n   \"results\" : [],\n   \"status\" : \"ZERO_RESULTS\"\n}";
  EXPECT_EQ(read(none + "\n").nearby_search({circular_quay, 50'000, 20}), none);
  EXPECT_EQ(read(R"({"status":"OK","results":[]})").nearby_search({circular_quay, 50'000, 20}),
            "{\n   \"results\": [],\n   \"status\": \"ZERO_RESULTS\"\n}");
}

TEST(GoogleAnswer, never_has_results_of_which_nobody_knows_where_they_are) {
  const auto answer =
      read(R"({"results":[1,"[",null,{},{"geometry":[]},{"geometry":{"location":{"lat":"0","lng":0}}},)"
           R"({"geometry":{"location":{"lat":91,"lng":0}}},{"geometry":{"location":{"lat":0,"lng":-1e300}}},)"
           R"({"geometry":{"location":{"lat":0,"lng":0}},"name":"Here"}],"status":"OK"})");
  EXPECT_EQ(answer.nearby_search({{0, 0}, 50'000, 20}),
            "{\n   \"results\": [\n      {\"geometry\":{\"location\":{\"lat\":0,\"lng\":0}},\"name\":\"Here\"}\n   ],\n"
            "   \"status\": \"OK\"\n}");
}

TEST(GoogleAnswer, is_found_in_Googles_documented_responses) {
  const auto* variable = std::getenv("HERD_SAMPLES");
  const auto samples = variable != nullptr ? std::filesystem::path(variable)
                                           : std::filesystem::path(HERD_SOURCE_DIR).parent_path() / "shared/samples";
  const auto file = samples / "google/legacy_nearbysearch_response.json";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "no samples: " << file;
  std::ostringstream body;
  body << std::ifstream(file).rdbuf();
  const auto answer = read(body.str());
  EXPECT_EQ(answer.nearby_search({circular_quay, 50'000, 20}), body.str().substr(0, body.str().rfind('}') + 1));
  const auto five = answer.nearby_search({circular_quay, 50'000, 5});
  std::size_t places = 0;
  for (auto at = five.find("\"place_id\""); at != std::string::npos; at = five.find("\"place_id\"", at + 1)) ++places;
  EXPECT_EQ(places, 5U);
  EXPECT_EQ(five.find("\n\n"), std::string::npos);
}

TEST(GoogleAnswer, counts_the_memory_it_takes) {
  const auto answer = read(three_places);
  EXPECT_GT(answer.bytes(), three_places.size());
  EXPECT_LT(answer.bytes(), 2 * three_places.size());
}

TEST(GoogleAnswer, is_not_what_has_another_status) {
  EXPECT_EQ(failure_of(R"({"results":[],"status":"OVER_QUERY_LIMIT"})"),
            (GoogleFailure{Kind::refused, "says that the key's quota is used up (OVER_QUERY_LIMIT)"}));
  EXPECT_EQ(failure_of(R"({"error_message":"The provided API key is invalid. ","status":"REQUEST_DENIED"})"),
            (GoogleFailure{Kind::refused, "refuses the key (REQUEST_DENIED)", ": The provided API key is invalid. "}));
  EXPECT_EQ(failure_of(R"({"html_attributions":[],"results":[],"status":"INVALID_REQUEST"})"),
            (GoogleFailure{Kind::invalid, "finds the question invalid (INVALID_REQUEST)"}));
  EXPECT_EQ(failure_of(R"({"results":[],"status":"UNKNOWN_ERROR"})"),
            (GoogleFailure{Kind::trouble, "had an error of its own (UNKNOWN_ERROR)"}));
  EXPECT_EQ(failure_of(R"({"results":[],"status":"NOT\nNEW"})"),
            (GoogleFailure{Kind::trouble, R"(answered with a status that is not known (NOT\x0aNEW))"}));
}

TEST(GoogleAnswer, passes_an_error_message_on_printable_bounded_and_without_the_key) {
  const std::string ends_late(500, 'x');
  const auto found = failure_of(R"({"status":"REQUEST_DENIED","error_message":"No AIzaSecret )"
                                R"(\u0041IzaSecret \u0007\u001b[31m)" +
                                ends_late + R"("})");
  EXPECT_EQ(found.reason, "refuses the key (REQUEST_DENIED)");
  EXPECT_EQ(found.detail, R"(: No [key] [key] \x07\x1b[31m)" +
                              std::string(200 - std::string_view("No [key] [key] ..[31m").size(), 'x') + "...");
}

TEST(GoogleAnswer, never_has_the_key_in_it) {
  EXPECT_EQ(read(R"({"asked":"/json?key=AIzaSecret","results":[],"status":"ZERO_RESULTS"})")
                .nearby_search({circular_quay, 1, 1}),
            R"({"asked":"/json?key=[key]","results":[],"status":"ZERO_RESULTS"})");
}

TEST(GoogleAnswer, is_not_what_is_no_JSON_of_that_shape) {
  const auto reason = [](std::string_view body) { return failure_of(body).reason; };
  EXPECT_EQ(reason(""), "answered with JSON that is cut off");
  EXPECT_EQ(reason(R"({"results":[{"name":"Cruise)"), "answered with JSON that is cut off");
  EXPECT_EQ(reason("<!DOCTYPE html>"), "answered with something that is no JSON object");
  EXPECT_EQ(reason("[]"), "answered with something that is no JSON object");
  EXPECT_EQ(reason(R"({"results":[],"status":"OK"} x)"), "answered with something that is no JSON object");
  EXPECT_EQ(reason("{\"results\":[],\"status\":\"O\xff\"}"), "answered with something that is no JSON object");
  EXPECT_EQ(reason("{\"name\":\"two\n\nlines\"}"), "answered with something that is no JSON object");
  EXPECT_EQ(reason(std::string(1000, '[')), "answered with something that is no JSON object");
  EXPECT_EQ(reason("{}"), "answered with JSON that has no status");
  EXPECT_EQ(reason(R"({"results":[],"status":200})"), "answered with JSON that has no status");
  EXPECT_EQ(reason(R"({"status":"OK"})"), "answered with JSON that has no results");
  EXPECT_EQ(reason(R"({"status":"OK","results":{}})"), "answered with JSON that has no results");
  EXPECT_EQ(reason(R"({"results":[{},{}],"status":"OK","results":[{}]})"),
            "answered with JSON whose results cannot be told apart");
  EXPECT_EQ(reason(R"({"status":"OK","r\u0065sults":[{}]})"), "answered with JSON whose results cannot be told apart");
  for (std::size_t cut = 0; cut < three_places.find_last_of('}'); ++cut) {
    ASSERT_THAT(reason(three_places.substr(0, cut)),
                testing::AnyOf("answered with JSON that is cut off", "answered with something that is no JSON object"))
        << cut;
  }
}

TEST(GoogleAnswer, is_well_formed_or_none_whatever_comes) {
  const auto seed = std::random_device()();
  std::mt19937 random(seed);
  std::size_t answers = 0;
  for (int round = 0; round < 5000; ++round) {
    auto body = three_places;
    for (auto change = random() % 3 + 1; change > 0; --change) {
      const auto at = random() % body.size();
      const auto other = random() % three_places.size();
      switch (random() % 3) {
        case 0:
          body[at] = three_places[other];
          break;
        case 1:
          body.erase(at, random() % 40);
          break;
        default:
          body.insert(at, three_places, other, random() % 40);
      }
    }
    const auto outcome = read_google_answer(200, body, key);
    const auto* answer = std::get_if<std::shared_ptr<const GoogleAnswer>>(&outcome);
    if (answer == nullptr) continue;
    ++answers;
    const auto text = (*answer)->nearby_search({circular_quay, 10'000, 1});
    const auto content = boost::json::parse(text);
    ASSERT_LE(content.at("results").as_array().size(), 1U) << "seed " << seed << ", round " << round << ": " << body;
    ASSERT_EQ(content.at("status"), content.at("results").as_array().empty() ? "ZERO_RESULTS" : "OK") << text;
    ASSERT_EQ(text.find("\n\n"), std::string::npos) << text;
  }
  EXPECT_GT(answers, 100U) << "seed " << seed;
}

TEST(GoogleAnswer, comes_with_HTTP_status_200_only) {
  EXPECT_EQ(failure(500, three_places), (GoogleFailure{Kind::trouble, "answered with HTTP status 500"}));
  EXPECT_EQ(failure(302, three_places), (GoogleFailure{Kind::trouble, "answered with HTTP status 302"}));
  for (const int status : {401, 403, 429}) {
    EXPECT_EQ(failure(status, three_places),
              (GoogleFailure{Kind::refused, "answered with HTTP status " + std::to_string(status)}));
  }
}

}  // namespace
}  // namespace herd::google
