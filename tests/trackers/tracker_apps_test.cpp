#include "herd/trackers/tracker_apps.h"

#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

#include "base/logged_traffic.h"
#include "protocols/credulous_herd.h"
#include "protocols/heard_text.h"
#include "protocols/sample_lines.h"

namespace herd::trackers {
namespace {

constexpr Time now = 1'700'000'000 * second;

/// Knows one user, jane with the password secret, who may report and read what is called jane/..., and one device,
/// "known", which may report itself. On an open server everybody may everything. Admits so many requests.
class StrictAccess : public protocols::Access {
 public:
  explicit StrictAccess(bool is_open) : is_open_(is_open) {}

  std::shared_ptr<const protocols::Grant> grant(const Credentials& credentials) const override {
    if (is_open_) return protocols::Grant::everything();
    if (credentials.authorization == "Basic amFuZTpzZWNyZXQ=") {
      return std::make_shared<const protocols::Grant>(std::vector<std::string>{"jane/*"},
                                                      std::vector{protocols::Verb::report, protocols::Verb::read});
    }
    if (credentials.secret_id == "known") {
      return std::make_shared<const protocols::Grant>(std::vector<std::string>{"known"},
                                                      std::vector{protocols::Verb::report});
    }
    return nullptr;
  }

  bool admits(std::string_view address, unsigned requests, Time /*now*/) override {
    asked_for.emplace_back(address);
    if (requests > admitted) return false;
    admitted -= requests;
    return true;
  }

  void count_denied() override { ++denied; }

  unsigned admitted = 1'000'000;
  unsigned denied = 0;
  std::vector<std::string> asked_for;

 private:
  bool is_open_;
};

/// Also refuses the client "hasty", for which it is too early.
class ImpatientHerd : public protocols::CredulousHerd {
 public:
  void report(std::span<Heard> heard, Time at) override {
    protocols::CredulousHerd::report(heard, at);
    for (auto& each : heard) {
      if (each.report.client != "hasty") continue;
      each.is_refused = true;
      each.refusal = Refusal::too_often;
    }
  }
};

using Fields = std::vector<std::pair<std::string_view, std::string_view>>;

struct Request {
  std::string method = "POST";
  std::string target = "/pub";
  Fields fields = {};
  std::string body = {};
  std::size_t step = 1'000'000;  ///< so many bytes of the body come at once
};

/// A server's end, with what came of requests to it.
struct Phones {
  explicit Phones(bool is_open = true, bool owntracks_friends = false)
      : access(is_open), apps(herd, access, {owntracks_friends, &log}) {}

  http::HttpResponse send(const Request& request) {
    std::unique_ptr<http::HttpExchange> exchange;
    {
      // The head is gone as soon as the exchange has begun.
      const auto method = request.method;
      const auto target = request.target;
      exchange = apps.begin({method, target, request.fields, "127.0.0.1:5"}, now);
    }
    EXPECT_EQ(exchange->body_bytes_max(), 1'048'576U);
    for (std::size_t at = 0; at < request.body.size(); at += request.step) {
      exchange->on_body(std::string(request.body.substr(at, request.step)), now);
    }
    return std::get<http::HttpResponse>(exchange->finish(now));
  }

  /// The status and the body; of a problem the status and its detail.
  std::string answer(const Request& request) {
    const auto response = send(request);
    const auto detail = response.body.find(R"("detail":)");
    const auto text = std::to_string(response.status) + ' ';
    if (response.content_type != "application/problem+json") return text + response.body;
    return text + response.body.substr(detail + 10, response.body.size() - detail - 13);
  }

  /// The newest of a client: "+1+2 3 [attributes]".
  std::string at(std::string_view client) const {
    const auto sighting = herd.find(client);
    if (!sighting) return "unknown";
    const auto line = sighting->line;
    return line.substr(line.find(' ', line.find(client)) + 1) + " [" +
           protocols::attributes_text(sighting->attributes) + ']';
  }

  /// "requests reports broken refused" of an app.
  std::string counted(TrackerApp app) const {
    const auto& counters = apps.counters(app);
    return std::to_string(counters.requests) + ' ' + std::to_string(counters.reports) + ' ' +
           std::to_string(counters.broken) + ' ' + std::to_string(counters.refused);
  }

  ImpatientHerd herd;
  StrictAccess access;
  LoggedTraffic log;
  TrackerApps apps;
};

const std::string owntracks_body =
    R"({"_type":"location","acc":15,"alt":440,"batt":46,"conn":"w","lat":46.0681247,"lon":11.1512805,"t":"u",)"
    R"("tid":"5t","tst":1551874878,"vac":2,"vel":36})";
const std::string owntracks_at =
    "+46.0681247+11.1512805 1551874878 [accuracy 15, altitude 440, speed 10, battery 46, conn=w, t=u, tid=5t, vac=2]";
const std::string traccar_body =
    R"({"location":{"timestamp":"2025-06-15T13:45:12.862Z","coords":{"latitude":37.4219983,"longitude":-122.084,)"
    R"("accuracy":5,"speed":0,"heading":-1,"altitude":5},"battery":{"level":1}},"device_id":"known"})";
const std::string traccar_at = "+37.4219983-122.084 1749995112.862 [accuracy 5, altitude 5, speed 0, battery 100]";
const std::string osmand_query = "id=known&lat=60.5&lon=-10.25&timestamp=1377177267&speed=10";
const std::string osmand_at = "+60.5-10.25 1377177267 [speed 5.14]";
const std::string overland_body =
    R"({"locations":[{"type":"Feature","geometry":{"type":"Point","coordinates":[-122.030581,37.331800]},)"
    R"("properties":{"timestamp":"2015-10-01T08:00:00-0700","speed":4,"device_id":"jane/phone"}}]})";
const std::string overland_at = "+37.331800-122.030581 1443711600 [speed 4]";
const std::string basic = "Basic amFuZTpzZWNyZXQ=";

TEST(TrackerApps, are_told_apart_by_what_they_send_whatever_the_path) {
  Phones phones;
  for (const auto* const path : {"/", "/pub", "/v1/nothing", "/api/1/owntracks"}) {
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

TEST(TraccarClientOverHttp, may_say_only_that_it_is_alive) {
  Phones phones;
  EXPECT_EQ(phones.answer({.body = R"({"location":{"event":"heartbeat"},"device_id":"7"})"}), "200 ");
  EXPECT_EQ(phones.answer({.body = R"({"device_id":"7"})"}), "200 ");
  EXPECT_EQ(phones.counted(TrackerApp::traccar), "2 0 0 0");
}

TEST(TraccarClientOverHttp, is_told_that_all_is_well_with_a_point_that_is_not) {
  Phones phones;
  EXPECT_EQ(phones.answer({.body = R"({"location":{"coords":{"latitude":1}},"device_id":"7"})"}), "200 ");
  EXPECT_EQ(phones.answer({.body = R"({"location":{"coords":{"latitude":1,"longitude":2}}})"}), "200 ");
  EXPECT_EQ(phones.answer({.body = R"({"device_id":"7","location":{"coords":{"latitude":1,"longitude":2}})"}), "200 ");
  EXPECT_EQ(phones.counted(TrackerApp::traccar), "3 0 3 0");
  EXPECT_EQ(phones.herd.reports, 0U);
}

TEST(OsmAndOverHttp, may_send_some_fields_in_the_query_and_some_in_a_form) {
  Phones phones;
  EXPECT_EQ(phones.answer({.target = "/?id=known", .body = osmand_query.substr(9)}), "200 ");
  EXPECT_EQ(phones.at("known"), osmand_at);
}

TEST(OsmAndOverHttp, is_told_what_is_wrong_with_a_point) {
  Phones phones;
  EXPECT_EQ(phones.answer({.method = "GET", .target = "/?lat=1&lon=2"}),
            "400 the id of the device is missing; it goes into the address: ?id=my-phone&lat=...");
  EXPECT_EQ(phones.answer({.method = "GET", .target = "/?id=p&lat=1&lon=181"}),
            R"(400 the longitude is \"181\"; it must be a number of degrees from -180 to 180)");
  EXPECT_EQ(phones.answer({.method = "GET", .target = "/?id=p&lat=1&lon=2&timestamp=soon"}),
            R"(400 the time is \"soon\"; it must be POSIX seconds (1621464827.5), milliseconds, or ISO 8601 )"
            R"((2021-05-19T22:53:47.5Z))");
  EXPECT_EQ(phones.counted(TrackerApp::osmand), "3 0 3 0");
  EXPECT_EQ(phones.log.lines.size(), 3U);
}

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
  EXPECT_EQ(phones.counted(TrackerApp::owntracks), "1 0 0 1");
}

TEST(TrackerApps, keep_points_that_come_too_often) {
  Phones phones;
  phones.access.admitted = 2;
  EXPECT_EQ(phones.answer({.body = owntracks_body}), "200 []");
  EXPECT_EQ(phones.answer({}), "200 []");
  EXPECT_EQ(phones.answer({.body = owntracks_body}), "429 too many requests come from this address; try again later");
  EXPECT_EQ(phones.herd.reports, 1U);
  EXPECT_EQ(phones.access.asked_for, (std::vector<std::string>(3, "127.0.0.1"))) << "once a request, without the port";
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
