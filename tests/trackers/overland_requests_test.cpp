#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

#include "trackers/phones.h"

namespace herd::trackers {
namespace {

TEST(OverlandOverHttp, names_its_device_in_the_point_the_query_or_the_path) {
  const std::string body =
      R"({"locations":[{"geometry":{"coordinates":[2,1]},"properties":{"timestamp":3,"device_id":""}}]})";
  const std::vector<std::pair<std::string, std::string>> clients{{"/?id=jane+phone", "jane%20phone"},
                                                                 {"/over/jane%2Fphone?x=1", "jane/phone"},
                                                                 {"/jane/", "jane"},
                                                                 {"/pub?id=", "pub"},
                                                                 {"/50%+more", "50%25+more"},
                                                                 {"/", "overland"},
                                                                 {"//", "overland"}};
  for (const auto& [target, client] : clients) {
    Phones phones;
    EXPECT_EQ(phones.answer({.target = target, .body = body}), R"(200 {"result":"ok"})");
    EXPECT_EQ(phones.at(client), "+1+2 3 []") << target;
  }
}

TEST(OverlandOverHttp, loses_3_broken_points_of_1000_and_no_other) {
  Phones phones;
  std::string body = R"({"locations":[)";
  for (int i = 0; i < 1000; ++i) {
    const auto* const latitude = i == 0 || i == 500 || i == 999 ? "\"north\"" : "1";
    (body += i > 0 ? "," : "") += R"({"type":"Feature","geometry":{"type":"Point","coordinates":[2,)";
    (body += latitude) += R"(]},"properties":{"timestamp":)" + std::to_string(1'600'000'000 + i);
    body += R"(,"device_id":"phone-)" + std::to_string(i) + "\"}}";
  }
  EXPECT_EQ(phones.answer({.body = body + "]}", .step = 1000}), R"(200 {"result":"ok"})");
  EXPECT_EQ(phones.counted(TrackerApp::overland), "1 997 3 0");
  for (int i = 0; i < 1000; ++i) {
    const auto expected = "+1+2 " + std::to_string(1'600'000'000 + i) + " []";
    EXPECT_EQ(phones.at("phone-" + std::to_string(i)), i == 0 || i == 500 || i == 999 ? "unknown" : expected);
  }
  const std::string line =
      "in 127.0.0.1:5 Overland point not used: the latitude is \"north\"; it must be a number of degrees from -90 to "
      "90";
  EXPECT_EQ(phones.log.lines, (std::vector<std::string>(3, line)));
}

TEST(OverlandOverHttp, is_told_that_all_is_well_with_a_batch_that_breaks_off) {
  Phones phones;
  EXPECT_EQ(phones.answer({.body = overland_body.substr(0, overland_body.size() - 2)}), R"(200 {"result":"ok"})");
  EXPECT_EQ(phones.at("jane/phone"), overland_at);
  EXPECT_EQ(phones.counted(TrackerApp::overland), "1 1 1 0");
}

}  // namespace
}  // namespace herd::trackers
