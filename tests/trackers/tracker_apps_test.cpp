#include "herd/trackers/tracker_apps.h"

#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "protocols/sample_lines.h"
#include "trackers/phones.h"

namespace herd::trackers {
namespace {

const std::vector<std::pair<std::string, std::string>> retry_after{{"Retry-After", "1"}};

TEST(TrackerApps, are_told_apart_by_what_they_send_whatever_the_path) {
  Phones phones;
  for (const auto* const path : {"/", "/pub", "/some/path/", "/api/1/owntracks"}) {
    EXPECT_EQ(phones.answer({.target = path, .body = owntracks_body}), "200 []");
    EXPECT_EQ(phones.answer({.target = path, .body = traccar_body}), "200 ");
    EXPECT_EQ(phones.answer({.target = path, .body = osmand_query}), "200 ");
    EXPECT_EQ(phones.answer({.target = std::string(path) + '?' + osmand_query}), "200 ");
    EXPECT_EQ(phones.answer({.method = "GET", .target = std::string(path) + '?' + osmand_query}), "200 ");
    EXPECT_EQ(phones.answer({.target = path, .body = overland_body}), R"(200 {"result":"ok"})");
  }
  EXPECT_EQ(phones.counted(TrackerApp::owntracks), "4 4 0 0");
  EXPECT_EQ(phones.counted(TrackerApp::traccar), "4 4 0 0");
  EXPECT_EQ(phones.counted(TrackerApp::osmand), "12 12 0 0");
  EXPECT_EQ(phones.counted(TrackerApp::overland), "4 4 0 0");
  EXPECT_EQ(phones.log.lines, std::vector<std::string>());
}

TEST(TrackerApps, that_name_a_client_by_what_is_no_text_send_a_broken_point_which_is_counted_and_logged) {
  Phones phones;
  EXPECT_EQ(phones.answer({.body = R"({"_type":"location","lat":1,"lon":2,"tst":3,"tid":true})"}), "200 []");
  EXPECT_EQ(phones.counted(TrackerApp::owntracks), "1 0 1 0");
  EXPECT_EQ(phones.answer({.body = R"({"location":{"coords":{"latitude":1,"longitude":2}},"device_id":["known"]})"}),
            "200 ");
  EXPECT_EQ(phones.counted(TrackerApp::traccar), "1 0 1 0");
  EXPECT_EQ(phones.answer({.target = "/phone",
                           .body = R"({"device_id":{},"locations":[{"geometry":{"coordinates":[2,1]},"properties":)"
                                   R"({"timestamp":1}},{"geometry":{"coordinates":[2,1]},"properties":{"timestamp":1,)"
                                   R"("device_id":"good"}}]})"}),
            R"(200 {"result":"ok"})");
  EXPECT_EQ(phones.counted(TrackerApp::overland), "1 1 1 0");
  EXPECT_EQ(phones.at("good"), "+1+2 1 []");
  const std::vector<std::string> lines{
      "in 127.0.0.1:5 OwnTracks point not used: the \"tid\" is true; it must be a text",
      "in 127.0.0.1:5 Traccar Client point not used: the \"device_id\" is an array; it must be a text",
      "in 127.0.0.1:5 Overland point not used: the \"device_id\" is an object; it must be a text"};
  EXPECT_EQ(phones.log.lines, lines);
}

TEST(TrackerApps, send_bodies_in_any_number_of_parts) {
  for (const std::size_t step : {1U, 2U, 7U, 100U}) {
    Phones phones;
    EXPECT_EQ(phones.answer({.body = " \r\n" + owntracks_body + "\n", .step = step}), "200 []");
    EXPECT_EQ(phones.answer({.body = overland_body, .step = step}), R"(200 {"result":"ok"})");
    EXPECT_EQ(phones.at("5t"), owntracks_at);
    EXPECT_EQ(phones.at("jane/phone"), overland_at);
    EXPECT_EQ(phones.answer({.body = traccar_body, .step = step}), "200 ");
    EXPECT_EQ(phones.at("known"), traccar_at);
    EXPECT_EQ(phones.answer({.body = osmand_query, .step = step}), "200 ");
    EXPECT_EQ(phones.at("known"), osmand_at);
  }
}

TEST(TrackerApps, have_room_for_large_bodies_up_to_a_bound_and_for_small_ones_always) {
  Phones phones;
  const std::string half_mib(512 * 1024, ' ');
  std::vector<std::unique_ptr<http::HttpExchange>> large;
  const auto refused = [&] { return phones.apps.large_bodies_refused(); };
  while (refused() == 0) {
    ASSERT_LE(large.size(), TrackerApps::large_bodies_bytes_max / half_mib.size());
    large.push_back(phones.apps.begin({"POST", "/pub", {}, "127.0.0.1:5"}, now));
    large.back()->on_body(half_mib, now);
  }
  EXPECT_GT(large.size(), TrackerApps::large_bodies_bytes_max / half_mib.size() / 2);
  const std::string busy = "503 too many large bodies are on their way at once; try again later";
  EXPECT_EQ(phones.answer({.body = half_mib + owntracks_body}), busy);
  EXPECT_EQ(phones.send({.body = half_mib + owntracks_body, .step = 1000}).fields, retry_after);
  EXPECT_EQ(refused(), 3U);
  // Nobody is kept from saying where a phone is.
  EXPECT_EQ(phones.answer({.body = owntracks_body}), "200 []");
  EXPECT_EQ(phones.answer({.body = std::string(15'000, ' ') + overland_body, .step = 100}), R"(200 {"result":"ok"})");
  // One that is refused takes no room, and those that end leave theirs.
  large.resize(large.size() - 3);
  EXPECT_EQ(phones.answer({.body = half_mib + owntracks_body}), "200 []");
  EXPECT_EQ(phones.answer({.body = half_mib + owntracks_body}), "200 []");
  EXPECT_EQ(refused(), 3U);
}

TEST(TrackerApps, need_an_answer_to_each_sample) {
  if (sample_lines("osmand/query.txt").empty()) GTEST_SKIP() << "the samples are not here";
  Phones phones;
  for (const auto& line : sample_lines("owntracks/location_http.jsonl")) {
    EXPECT_EQ(phones.answer({.body = line}), "200 []");
  }
  for (const auto& line : sample_lines("traccar/client.jsonl")) EXPECT_EQ(phones.answer({.body = line}), "200 ");
  for (const auto& line : sample_lines("osmand/query.txt")) {
    EXPECT_EQ(phones.answer({.method = "GET", .target = line}), "200 ");
    EXPECT_EQ(phones.answer({.body = line.substr(2)}), "200 ");
  }
  for (const auto& line : sample_lines("overland/batch.json")) {
    EXPECT_EQ(phones.answer({.target = "/", .body = line}), "200 " + sample_lines("overland/response.json").at(0));
  }
  EXPECT_EQ(phones.counted(TrackerApp::owntracks), "6 6 0 0");
  EXPECT_EQ(phones.counted(TrackerApp::traccar), "1 1 0 0");
  EXPECT_EQ(phones.counted(TrackerApp::osmand), "2 0 0 0") << "its sample has no position";
  EXPECT_EQ(phones.counted(TrackerApp::overland), "1 1 0 0");
}

TEST(TrackerApps, are_told_when_they_are_not_known) {
  Phones phones;
  const std::string expected =
      R"(400 this is of no tracker app that is known here: what is expected is the JSON of OwnTracks (with \"_type\"), )"
      R"(Traccar Client (\"location\" and \"device_id\") or Overland (\"locations\"), or the fields id, lat and lon of )"
      R"(OsmAnd in the query or as a form)";
  for (const auto* const body : {"x", "{}", "[]", "{", R"([{"_type":"location"}])", R"({"lat":1,"lon":2})", "null",
                                 "<html>", R"({"location":[]})", "\x80"}) {
    EXPECT_EQ(phones.answer({.body = body}), expected) << body;
  }
  EXPECT_EQ(phones.answer({.method = "GET", .target = "/?u=jane"}), expected);
  EXPECT_EQ(phones.answer({.method = "GET", .target = "/"}), expected);
}

TEST(TrackerApps, keep_points_for_which_there_is_no_room) {
  Phones phones;
  const std::string expected = "507 this client is new, and this server holds as many as it may; try again later";
  EXPECT_EQ(phones.answer({.body = R"({"_type":"location","lat":1,"lon":2,"tst":3,"tid":"refused"})"}), expected);
  EXPECT_EQ(phones.answer({.body = R"({"location":{"coords":{"latitude":1,"longitude":2}},"device_id":"refused"})"}),
            expected);
  EXPECT_EQ(phones.answer({.method = "GET", .target = "/?id=refused&lat=1&lon=2"}), expected);
  std::string batch = R"({"locations":[)";
  for (const auto* const device : {"first", "refused", "last"}) {
    batch += R"({"geometry":{"coordinates":[2,1]},"properties":{"timestamp":3,"device_id":")" + std::string(device) +
             "\"}},";
  }
  batch.back() = ']';
  EXPECT_EQ(phones.answer({.body = batch + "}"}), expected);
  EXPECT_EQ(phones.at("first"), "+1+2 3 []");
  EXPECT_EQ(phones.at("last"), "+1+2 3 []");
  EXPECT_EQ(phones.counted(TrackerApp::owntracks), "1 0 0 1");
  EXPECT_EQ(phones.counted(TrackerApp::traccar), "1 0 0 1");
  EXPECT_EQ(phones.counted(TrackerApp::osmand), "1 0 0 1");
  EXPECT_EQ(phones.counted(TrackerApp::overland), "1 2 0 1");
}

TEST(TrackerApps, keep_points_of_a_client_that_reports_too_often) {
  Phones phones;
  const std::string expected = "429 this client reports more often than it may here; try again later";
  EXPECT_EQ(phones.answer({.body = R"({"_type":"location","lat":1,"lon":2,"tst":3,"tid":"hasty"})"}), expected);
  EXPECT_EQ(phones.answer({.method = "GET", .target = "/?id=hasty&lat=1&lon=2"}), expected);
  const std::string batch =
      R"({"locations":[{"geometry":{"coordinates":[2,1]},"properties":{"timestamp":3,"device_id":"hasty"}}]})";
  EXPECT_EQ(phones.answer({.body = batch}), expected);
  EXPECT_EQ(phones.counted(TrackerApp::owntracks), "1 0 0 1");
  EXPECT_EQ(phones.send({.body = batch}).fields, retry_after);
}

TEST(TrackerApps, keep_points_that_come_too_often) {
  Phones phones;
  phones.access.admitted = 2;
  EXPECT_EQ(phones.answer({.body = owntracks_body}), "200 []");
  EXPECT_EQ(phones.answer({}), "200 []");
  EXPECT_EQ(phones.answer({.body = owntracks_body}), "429 too many requests come from this address; try again later");
  EXPECT_EQ(phones.send({.body = owntracks_body}).fields, retry_after);
  EXPECT_EQ(phones.herd.reports, 1U);
  EXPECT_EQ(phones.access.asked_for, (std::vector<std::string>(4, "127.0.0.1"))) << "once a request, without the port";
}

TEST(TrackerApps, are_told_before_their_body_that_it_must_not_be_compressed) {
  Phones phones;
  for (const auto* const method : {"POST", "GET"}) {
    const Fields gzip{{"Content-Encoding", "gzip"}};
    EXPECT_TRUE(phones.apps.begin({method, "/?id=p", gzip, "127.0.0.1:5"}, now)->is_settled());
    EXPECT_EQ(phones.answer({.method = method, .target = "/?id=p", .fields = gzip, .body = "\x1f\x8b"}),
              R"(415 Content-Encoding is \"gzip\"; bodies are taken only as they are: send this one uncompressed, and )"
              "leave the field out");
  }
}

TEST(TrackerApps, need_credentials_where_the_server_is_not_open) {
  Phones phones(false);
  const std::string expected =
      "401 a user and password, a token, or for apps that have no place for them the id of a device that is known here "
      "as a secret, is needed";
  const Fields wrong{{"Authorization", "Basic amFuZTp3cm9uZw=="}};
  EXPECT_EQ(phones.answer({.body = owntracks_body}), expected);
  EXPECT_EQ(phones.answer({.fields = wrong, .body = owntracks_body}), expected);
  EXPECT_EQ(phones.answer({.body = R"({"_type":"lwt"})"}), expected);
  EXPECT_EQ(phones.answer({.body = overland_body}), expected);
  EXPECT_EQ(phones.answer({.body = R"({"location":{"coords":{}},"device_id":"stranger"})"}), expected);
  EXPECT_EQ(phones.answer({.method = "GET", .target = "/?id=stranger"}), expected);
  EXPECT_EQ(phones.access.denied, 6U);
  EXPECT_EQ(phones.herd.reports, 0U);
  EXPECT_EQ(phones.send({.body = owntracks_body}).fields,
            (std::vector<std::pair<std::string, std::string>>{
                {"WWW-Authenticate", R"(Basic realm="proxyherd", charset="UTF-8")"},
                {"WWW-Authenticate", R"(Bearer realm="proxyherd")"}}));
}

TEST(TrackerApps, may_report_what_their_credentials_are_for_and_nothing_else) {
  Phones phones(false);
  const Fields jane{{"Authorization", basic}};
  EXPECT_EQ(phones.answer({.target = "/?d=phone", .fields = jane, .body = owntracks_body}), "200 []");
  EXPECT_EQ(phones.at("jane/phone"), owntracks_at);
  EXPECT_EQ(phones.answer({.fields = jane, .body = overland_body}), R"(200 {"result":"ok"})");
  EXPECT_EQ(phones.answer({.body = traccar_body}), "200 ");
  EXPECT_EQ(phones.answer({.method = "GET", .target = "/?" + osmand_query}), "200 ");
  EXPECT_EQ(phones.access.denied, 0U);

  const std::string expected = "403 these credentials may not report where this client is";
  EXPECT_EQ(phones.answer({.target = "/?u=john&d=phone", .fields = jane, .body = owntracks_body}), expected);
  EXPECT_EQ(phones.answer({.method = "GET", .target = "/?id=other&lat=1&lon=2", .fields = jane}), expected);
  EXPECT_EQ(phones.at("john/phone"), "unknown");
  std::string batch = R"({"locations":[)";
  for (const auto* const device : {"jane/a", "john/a", "jane/b"}) {
    batch += R"({"geometry":{"coordinates":[2,1]},"properties":{"timestamp":3,"device_id":")" + std::string(device) +
             "\"}},";
  }
  batch.back() = ']';
  EXPECT_EQ(phones.answer({.fields = jane, .body = batch + "}"}), expected);
  EXPECT_EQ(phones.at("jane/a"), "+1+2 3 []");
  EXPECT_EQ(phones.at("john/a"), "unknown");
  EXPECT_EQ(phones.at("jane/b"), "+1+2 3 []");
  EXPECT_EQ(phones.access.denied, 3U);
}

TEST(TrackerApps, withstand_hostile_json) {
  Phones phones;
  const std::string deep = R"({"_type":"location","lat":1,"lon":2,"tid":"x","a":)" + std::string(500'000, '[');
  EXPECT_EQ(phones.answer({.body = deep}), "200 []");
  EXPECT_EQ(phones.answer({.body = R"({"locations":)" + std::string(1'000'000, '[')}).substr(0, 3), "400");
  std::string objects = R"({"locations":[)";
  for (int i = 0; i < 100'000; ++i) objects += R"({"a":1},)";
  EXPECT_EQ(phones.answer({.body = objects}), R"(200 {"result":"ok"})");
  EXPECT_EQ(phones.answer({.body = R"({"_type":"location","lat":1e999999999,"lon":2,"tid":"x"})"}), "200 []");
  EXPECT_EQ(phones.answer({.body = "{\"_type\":\"location\",\"lat\":1,\"lon\":2,\"tid\":\"\x80\"}"}), "200 []");
  EXPECT_EQ(phones.answer({.body = R"({"device_id":")" + std::string(1'000'000, ' ') +
                                   R"(","location":{"coords":{"latitude":1,"longitude":2}}})"}),
            "200 ");
  const std::string too_far = R"(400 the latitude is \"91\"; it must be a number of degrees from -90 to 90)";
  EXPECT_EQ(phones.answer({.body = "id=p&lat=1&lon=2" + std::string(1'000'000, '&') + "lat=91"}), too_far);
  EXPECT_EQ(phones.herd.reports, 0U);
  std::string fields = "id=p&lat=1&lon=2";
  for (int i = 3; i < 128; ++i) fields += "&x=1";
  EXPECT_EQ(phones.answer({.body = fields + "&lat=91"}), "200 ") << "the 129th field is passed over";
  EXPECT_EQ(phones.herd.reports, 1U);
}

}  // namespace
}  // namespace herd::trackers
