#include "herd/trackers/owntracks.h"

#include <gtest/gtest.h>

#include "herd/base/json_leaves.h"
#include "herd/wire/attributes.h"
#include "protocols/credulous_herd.h"
#include "protocols/sample_lines.h"

namespace herd::trackers {
namespace {

constexpr Time now = 1'700'000'000 * second;

struct Heard {
  std::string client;
  std::string location;
  std::string time;
  wire::Attributes attributes;

  friend bool operator==(const Heard&, const Heard&) = default;
};

std::ostream& operator<<(std::ostream& out, const Heard& heard) {
  return out << heard.client << ' ' << heard.location << ' ' << heard.time << ' ' << wire::pack(heard.attributes);
}

/// What the herd hears of a payload; an error's message, or "other", as the client's id alone.
Heard hear(std::string_view payload, const OwnTracksSender& sender = {}) {
  protocols::PhoneReport report;
  const auto kind = read_owntracks(payload, sender, report);
  if (!kind) return {kind.error().message, "", "", {}};
  if (*kind == OwnTracksKind::other) return {"other", "", "", {}};
  const auto heard = report.finish(now);
  if (!heard) return {heard.error().message, "", "", {}};
  return {std::string(heard->report.client), std::string(heard->report.location), std::string(heard->report.time),
          wire::unpack_attributes(heard->attributes).value_or(wire::Attributes())};
}

std::string client_of(const OwnTracksSender& sender, std::string_view more = "") {
  return hear(R"({"_type":"location","lat":1,"lon":2,"tst":3)" + std::string(more) + "}", sender).client;
}

TEST(OwnTracks, tells_place_time_and_all_that_a_phone_knows) {
  wire::Attributes attributes;
  attributes.accuracy_m = 5;
  attributes.altitude_m = 167;
  attributes.speed_mps = 16.94;  // 61 km/h
  attributes.course_deg = 271;
  attributes.battery_percent = 67;
  attributes.others = {{"vac", "21"}, {"tid", "JJ"}, {"t", "u"}};
  EXPECT_EQ(hear(R"({"cog":271,"lon":2.29513,"acc":5,"vel":61,"vac":21,"lat":48.85833,"tst":1497349316,"alt":167,)"
                 R"("_type":"location","tid":"JJ","t":"u","batt":67})"),
            (Heard{"JJ", "+48.85833+2.29513", "1497349316", attributes}));
}

TEST(OwnTracks, needs_place_and_name_alone) {
  wire::Attributes attributes;
  attributes.others = {{"tid", "JJ"}};
  EXPECT_EQ(hear(R"({"lat":48.85,"lon":-122,"_type":"location","tid":"JJ"})"),
            (Heard{"JJ", "+48.85-122", "1700000000", attributes}));
}

TEST(OwnTracks, knows_nothing_of_what_is_negative_or_no_number) {
  wire::Attributes attributes;
  attributes.altitude_m = -12;
  EXPECT_EQ(hear(R"({"_type":"location","lat":1,"lon":2,"tst":3,"acc":-1,"alt":-12,"vel":-1,"cog":-1,"batt":"full"})",
                 {.user = "a", .device = "b"}),
            (Heard{"a/b", "+1+2", "3", attributes}));
}

TEST(OwnTracks, takes_numbers_as_java_and_as_strings_write_them) {
  EXPECT_EQ(hear(R"({"_type":"location","lat":5.0E-5,"lon":"-1.25e1","tst":1.497349316E9})", {.device = "b"}),
            (Heard{"b", "+0.000050-12.5", "1497349316", {}}));
}

TEST(OwnTracks, is_named_by_what_stands_outside_of_the_payload_first) {
  constexpr std::string_view topic = R"(,"topic":"owntracks/topic-user/topic-phone","tid":"TI")";
  EXPECT_EQ(client_of({.user = "jane", .device = "phone", .topic = "owntracks/m/n", .login = "login"}, topic),
            "jane/phone");
  EXPECT_EQ(client_of({.topic = "owntracks/m/n", .login = "login"}, topic), "m/n");
  EXPECT_EQ(client_of({.login = "login"}, topic), "topic-user/topic-phone");
  EXPECT_EQ(client_of({.user = "jane"}, topic), "jane/topic-phone");
  EXPECT_EQ(client_of({.device = "tablet"}, topic), "topic-user/tablet");
  EXPECT_EQ(client_of({.login = "login"}, R"(,"tid":"TI")"), "login/TI");
  EXPECT_EQ(client_of({}, R"(,"tid":"TI")"), "TI");
  EXPECT_EQ(client_of({.login = "login"}), "login");
  EXPECT_EQ(client_of({}), "the client id is missing or empty");
}

TEST(OwnTracks, finds_user_and_device_in_topics_of_three_parts_and_in_those_below_a_device) {
  EXPECT_EQ(client_of({.topic = "owntracks/jane/phone"}), "jane/phone");
  EXPECT_EQ(client_of({.topic = "owntracks/jane/phone/event"}), "jane/phone");
  EXPECT_EQ(client_of({.topic = "cars/jane/phone"}), "jane/phone");
  for (const auto* const topic : {"cars/jane/phone/event", "owntracks/jane", "owntracks", "/", "owntracks//"}) {
    EXPECT_EQ(client_of({.topic = topic}), "the client id is missing or empty") << topic;
  }
}

TEST(OwnTracks, is_named_by_texts_only) {
  EXPECT_EQ(client_of({}, R"(,"tid":7)"), "7");
  EXPECT_EQ(client_of({}, R"(,"tid":true)"), R"(the "tid" is true; it must be a text)");
  EXPECT_EQ(client_of({.user = "jane"}, R"(,"tid":["x"])"), R"(the "tid" is an array; it must be a text)");
  EXPECT_EQ(client_of({.user = "jane", .device = "phone"}, R"(,"tid":{})"),
            R"(the "tid" is an object; it must be a text)");
  EXPECT_EQ(client_of({}, R"(,"topic":false,"tid":"TI")"), R"(the "topic" is false; it must be a text)");
  EXPECT_EQ(client_of({}, R"(,"topic":["owntracks/m/n"],"tid":true)"), R"(the "topic" is an array; it must be a text)");
  EXPECT_EQ(client_of({}, R"(,"topic":null,"tid":"TI","in":{"tid":true})"), "TI");
}

TEST(OwnTracks, keeps_ids_without_white_space) {
  EXPECT_EQ(client_of({.user = "jane doe", .device = "phone\n100%"}), "jane%20doe/phone%0A100%25");
}

TEST(OwnTracks, says_nothing_of_a_place_in_any_other_kind) {
  for (const auto* const type : {"lwt", "transition", "waypoint", "waypoints", "card", "cmd", "encrypted", "new"}) {
    const auto payload = R"({"_type":")" + std::string(type) + R"(","lat":1,"lon":2,"tst":3,"tid":"x"})";
    EXPECT_EQ(hear(payload).client, "other") << type;
  }
}

TEST(OwnTracks, says_nothing_of_a_place_in_any_other_kind_whatever_else_it_has) {
  EXPECT_EQ(hear(R"({"_type":"cmd","tid":[]})").client, "other");
}

TEST(OwnTracks, says_what_is_wrong_with_a_payload) {
  EXPECT_EQ(hear(R"({"_type":"location","lon":2,"tst":3,"tid":"x"})").client,
            "the latitude is missing; it must be a number of degrees from -90 to 90");
  EXPECT_EQ(hear(R"({"_type":"location","lat":91,"lon":2,"tst":3,"tid":"x"})").client,
            "the latitude is \"91\"; it must be a number of degrees from -90 to 90");
  EXPECT_EQ(hear(R"({"_type":"location","lat":null,"lon":2,"tst":3,"tid":"x"})").client,
            "the latitude is missing; it must be a number of degrees from -90 to 90");
  EXPECT_EQ(hear(R"({"lat":1,"lon":2})").client, R"(there is no "_type", which every payload of OwnTracks has)");
  EXPECT_EQ(hear("[]").client, R"(there is no "_type", which every payload of OwnTracks has)");
  EXPECT_EQ(hear("").client, "no JSON: incomplete JSON at byte 0");
  EXPECT_EQ(hear(R"({"_type":"location",)").client, "no JSON: incomplete JSON at byte 20");
}

TEST(OwnTracks, is_understood_in_every_sample) {
  const auto lines = sample_lines("owntracks/location_http.jsonl");
  if (lines.empty()) GTEST_SKIP() << "the samples are not here";
  std::vector<std::string> heard;
  for (const auto& line : lines) {
    const auto each = hear(line);
    heard.push_back(each.client + ' ' + each.location + ' ' + each.time);
  }
  EXPECT_EQ(heard, (std::vector<std::string>{"5t +46.0681247+11.1512805 1551874878", "JJ +48.85833+2.29513 1497349316",
                                             "JJ +48.85833+2.29513 1497349316", "JJ +48.85+2.295 1497476456",
                                             "ckrey/22A67880-15C3-41A6-9157-25545C7993AC +37-122 1736161169",
                                             "qtripp/865284041968706 +47.420051+13.654704 1736519167"}));
}

TEST(OwnTracks, names_the_clients_that_are_a_user_and_a_device) {
  EXPECT_EQ(owntracks_name("jane/phone"), (OwnTracksName{"jane", "phone"}));
  EXPECT_EQ(owntracks_name("jane%20doe/50%25"), (OwnTracksName{"jane doe", "50%"}));
  EXPECT_EQ((OwnTracksName{"jane", "phone"}.topic()), "owntracks/jane/phone");
  for (const auto* const client : {"phone", "", "/", "jane/", "/phone", "a/b/c", "a//b"}) {
    EXPECT_EQ(owntracks_name(client), std::nullopt) << client;
  }
}

/// What a friend's phone is told of somebody.
std::string told(std::string_view payload, const OwnTracksSender& sender) {
  protocols::CredulousHerd herd;
  protocols::PhoneReport report;
  EXPECT_TRUE(read_owntracks(payload, sender, report));
  auto heard = report.finish(now);
  EXPECT_TRUE(heard) << heard.error().message;
  herd.report({&*heard, 1}, now);
  const auto client = std::string(heard->report.client);
  std::string out;
  append_owntracks_location(out, owntracks_name(client).value(), herd.find(client).value());
  EXPECT_TRUE(read_json(out, [](const JsonLeaf&) {})) << out;
  return out;
}

TEST(OwnTracks, tells_friends_what_a_phone_told) {
  EXPECT_EQ(told(R"({"_type":"location","acc":15.2,"alt":-440,"batt":46,"conn":"w","lat":-46.0681240,"lon":1e1,)"
                 R"("t":"u","tid":"5t","tst":1551874878,"vac":2,"vel":61,"cog":0})",
                 {.user = "jane", .device = "phone"}),
            R"({"_type":"location","topic":"owntracks/jane/phone","tid":"5t","lat":-46.0681240,"lon":10,)"
            R"("tst":1551874878,"acc":15,"alt":-440,"vel":61,"cog":0,"batt":46})");
}

TEST(OwnTracks, gives_a_friend_without_tracker_id_the_end_of_the_device) {
  constexpr std::string_view payload = R"({"_type":"location","lat":0,"lon":0.5,"tst":3.9})";
  constexpr std::string_view rest = R"(,"lat":0,"lon":0.5,"tst":3})";
  EXPECT_EQ(told(payload, {.user = "jane", .device = "phone"}),
            R"({"_type":"location","topic":"owntracks/jane/phone","tid":"ne")" + std::string(rest));
  EXPECT_EQ(told(payload, {.user = "j\"", .device = "Zoë"}),
            R"({"_type":"location","topic":"owntracks/j\"/Zoë","tid":"oë")" + std::string(rest));
  EXPECT_EQ(told(payload, {.user = "jane", .device = "x"}),
            R"({"_type":"location","topic":"owntracks/jane/x","tid":"x")" + std::string(rest));
  EXPECT_EQ(told(payload, {.user = "jane", .device = "\x80\x80\x80"}),
            "{\"_type\":\"location\",\"topic\":\"owntracks/jane/\uFFFD\uFFFD\uFFFD\",\"tid\":\"\uFFFD\uFFFD\uFFFD\"" +
                std::string(rest));
}

}  // namespace
}  // namespace herd::trackers
