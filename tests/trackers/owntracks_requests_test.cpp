#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "trackers/phones.h"

namespace herd::trackers {
namespace {

TEST(OwnTracksOverHttp, may_send_nothing) {
  Phones phones;
  EXPECT_EQ(phones.answer({}), "200 []");
  EXPECT_EQ(phones.answer({.body = " \n"}), "200 []");
  EXPECT_EQ(phones.answer({.body = R"({"_type":"lwt","tst":1551874000})"}), "200 []");
  EXPECT_EQ(phones.answer({.body = R"({"_type":"transition","lat":1,"lon":2,"tst":3,"tid":"x"})"}), "200 []");
  EXPECT_EQ(phones.answer({.body = R"({"_type":"encrypted","data":"abc"})"}), "200 []");
  EXPECT_EQ(phones.herd.reports, 0U);
  EXPECT_EQ(phones.counted(TrackerApp::owntracks), "3 0 0 0");
}

TEST(OwnTracksOverHttp, is_named_by_its_fields_then_its_query_then_its_topic_then_its_login) {
  const std::string anonymous = R"({"_type":"location","lat":1,"lon":2,"tst":3})";
  const std::string topical =
      R"({"_type":"location","lat":1,"lon":2,"tst":3,"topic":"owntracks/topic-user/topic-phone","tid":"x"})";
  const auto names = [](const Request& request, std::string_view client) {
    Phones phones;
    EXPECT_EQ(phones.answer(request), "200 []");
    return phones.at(client).starts_with("+1+2 3 ");
  };
  const Fields limits{{"x-limit-u", "jane"}, {"X-LIMIT-D", "phone"}, {"Authorization", basic}};
  EXPECT_TRUE(names({.target = "/pub?u=a&d=b", .fields = limits, .body = topical}, "jane/phone"));
  EXPECT_TRUE(
      names({.target = "/pub?u=a+b&d=c%2B", .fields = {{"Authorization", basic}}, .body = topical}, "a%20b/c+"));
  EXPECT_TRUE(names({.fields = {{"Authorization", basic}}, .body = topical}, "topic-user/topic-phone"));
  EXPECT_TRUE(names({.target = "/?d=phone", .fields = {{"Authorization", basic}}, .body = anonymous}, "jane/phone"));
  EXPECT_TRUE(names({.fields = {{"Authorization", basic}}, .body = anonymous}, "jane"));
}

TEST(OwnTracksOverHttp, is_told_that_all_is_well_with_a_point_that_is_not) {
  Phones phones;
  EXPECT_EQ(phones.answer({.body = R"({"_type":"location","lat":91,"lon":2,"tst":3,"tid":"x"})"}), "200 []");
  EXPECT_EQ(phones.answer({.body = R"({"_type":"location","lat":1,"lon":2,"tst":3})"}), "200 []");
  EXPECT_EQ(phones.answer({.body = R"({"_type":"location","lat":1,)"}), "200 []");
  EXPECT_EQ(phones.herd.reports, 0U);
  EXPECT_EQ(phones.counted(TrackerApp::owntracks), "3 0 3 0");
  EXPECT_EQ(phones.log.lines,
            (std::vector<std::string>{
                "in 127.0.0.1:5 OwnTracks point not used: the latitude is \"91\"; it must be a number of degrees from "
                "-90 to 90",
                "in 127.0.0.1:5 OwnTracks point not used: the client id is missing or empty",
                "in 127.0.0.1:5 OwnTracks point not used: no JSON: incomplete JSON at byte 28"}));
}

std::string friend_body(std::string_view user, std::string_view latitude) {
  return R"({"_type":"location","lat":)" + std::string(latitude) + R"(,"lon":2,"tst":3,"topic":"owntracks/)" +
         std::string(user) + R"(/phone"})";
}

std::string friend_seen(std::string_view user, std::string_view latitude) {
  return R"({"_type":"location","topic":"owntracks/)" + std::string(user) + R"(/phone","tid":"ne","lat":)" +
         std::string(latitude) + R"(,"lon":2,"tst":3})";
}

TEST(OwnTracksFriends, are_told_to_each_other_nearest_first) {
  Phones phones(true, true);
  EXPECT_EQ(phones.answer({.body = friend_body("jane", "1")}), "200 []") << "she is alone";
  EXPECT_EQ(phones.answer({.body = friend_body("far", "-60")}), "200 [" + friend_seen("jane", "1") + "]");
  EXPECT_EQ(phones.answer({.target = "/?id=of-no-user&lat=1&lon=2", .body = ""}), "200 ");
  EXPECT_EQ(phones.answer({.body = friend_body("near", "1.5")}),
            "200 [" + friend_seen("jane", "1") + "," + friend_seen("far", "-60") + "]");
  EXPECT_EQ(phones.answer({.body = R"({"_type":"lwt"})"}), "200 []") << "friends are of interest where somebody is";
}

TEST(OwnTracksFriends, are_told_only_where_the_server_says_so) {
  Phones phones;
  phones.answer({.body = friend_body("jane", "1")});
  EXPECT_EQ(phones.answer({.body = friend_body("john", "1")}), "200 []");
}

TEST(OwnTracksFriends, are_those_that_one_may_read) {
  Phones phones(false, true);
  const auto report = [&phones](std::string_view client) {
    auto heard = protocols::PhoneReport();
    heard.set_client(client);
    heard.set_location("1,2");
    heard.set_time("3");
    auto report = heard.finish(now).value();
    phones.herd.report({&report, 1}, now);
  };
  report("john/phone");
  report("jane/phone");
  EXPECT_EQ(phones.answer({.target = "/?d=tablet", .fields = {{"Authorization", basic}}, .body = owntracks_body}),
            "200 [" + friend_seen("jane", "1") + "]");
}

TEST(OwnTracksFriends, are_at_most_100_of_the_1000_nearest_clients) {
  Phones phones(true, true);
  std::string batch = R"({"locations":[)";
  const auto add = [&batch](std::string_view device, int index, int latitude) {
    batch += R"({"geometry":{"coordinates":[2,)" + std::to_string(latitude) + R"(]},"properties":{"timestamp":3,)" +
             R"("device_id":")" + std::string(device) + std::to_string(index) + "\"}},";
  };
  const auto count = [&phones] {
    const auto answer = phones.answer({.body = friend_body("jane", "1")});
    std::size_t friends = 0;
    for (auto at = answer.find("_type"); at != std::string::npos; at = answer.find("_type", at + 1)) ++friends;
    return friends;
  };
  const auto send = [&] {
    batch.back() = ']';
    EXPECT_EQ(phones.answer({.body = batch + "}"}), R"(200 {"result":"ok"})");
    batch = R"({"locations":[)";
  };
  // Jane herself and 989 strangers are nearer than ten friends.
  for (int i = 0; i < 989; ++i) add("stranger", i, 1);
  for (int i = 0; i < 50; ++i) add("friend/", i, 2);
  send();
  EXPECT_EQ(count(), 10U);
  for (int i = 50; i < 151; ++i) add("friend/", i, 1);
  for (int i = 0; i < 989; ++i) add("stranger", i, 3);
  send();
  EXPECT_EQ(count(), 100U);
}

}  // namespace
}  // namespace herd::trackers
