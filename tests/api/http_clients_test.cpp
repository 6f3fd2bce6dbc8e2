#include "api/http_conversation.h"
#include "herd/protocols/phone_report.h"

namespace herd::api {
namespace {

using HttpClients = HttpConversation;

constexpr std::string_view phone_7 = R"({"lat":34.068930,"lon":-118.445127,"time":1621464827.959498503})";

TEST_F(HttpClients, are_answered_with_the_line_that_the_herd_stores_of_their_report) {
  EXPECT_EQ(ask("PUT", "/v1/clients/phone-7", phone_7),
            "200 application/json "
            R"({"accepted":true,"at":"AT Riley +0.263873386 phone-7 +34.068930-118.445127 1621464827.959498503"})"
            "\n");
  EXPECT_EQ(herd.locate("phone-7"), "AT Riley +0.263873386 phone-7 +34.068930-118.445127 1621464827.959498503");
  EXPECT_EQ(ask("POST", "/v1/clients/a", R"({"lat":1.5,"lon":2})"),
            "200 application/json "
            R"({"accepted":true,"at":"AT Riley +0.000000000 a +1.5+2 1621464828.223371889"})"
            "\n");
}

TEST_F(HttpClients, are_told_with_the_digits_of_their_reports_and_with_attributes) {
  ask("PUT", "/v1/clients/phone-7",
      R"({"lat":34.068930,"lon":-118.445127,"time":1621464827.959498503,"accuracy_m":15,"others":{"wifi":"home"}})");
  now += 2 * second;
  EXPECT_EQ(ask("GET", "/v1/clients/phone-7"),
            "200 application/json "
            R"({"client":"phone-7","lat":34.068930,"lon":-118.445127,"time":1621464827.959498503,"server":"Riley",)"
            R"("difference":0.263873386,"age":2.263873386,"attributes":{"accuracy_m":15,"others":{"wifi":"home"}}})"
            "\n");
  EXPECT_EQ(ask("GET", "/v1/clients/phone-7", {}, {{"accept", "application/geo+json"}}),
            "200 application/geo+json "
            R"({"type":"Feature","geometry":{"type":"Point","coordinates":[-118.445127,34.068930]},)"
            R"("properties":{"client":"phone-7","time":1621464827.959498503,"server":"Riley",)"
            R"("difference":0.263873386,"age":2.263873386,"attributes":{"accuracy_m":15,"others":{"wifi":"home"}}}})"
            "\n");
}

TEST_F(HttpClients, may_be_put_back_as_they_were_told) {
  ask("PUT", "/v1/clients/a%20b", R"({"lat":1,"lon":2,"time":1621464827,"speed_mps":1.5,"others":{"x":"y"}})");
  const auto told = response("GET", "/v1/clients/a%20b").body;
  herd.forget("a%20b", now);
  EXPECT_EQ(response("PUT", "/v1/clients/a%20b", told).status, 200);
  EXPECT_EQ(response("GET", "/v1/clients/a%20b").body, told);
}

TEST_F(HttpClients, have_the_herds_ids_whatever_bytes_a_path_encodes) {
  for (const auto* const path : {"/v1/clients/my%20phone%2F%25", "/v1/clients/my%2520phone%2F%2525"}) {
    EXPECT_EQ(response("PUT", path, phone_7).status, 200);
    EXPECT_TRUE(herd.locate("my%20phone/%25")) << path;
    EXPECT_EQ(response("GET", path).status, 200) << path;
  }
  EXPECT_EQ(herd.reports, 2U);
  EXPECT_FALSE(herd.locate("my%2520phone/%2525")) << "an id as it was told means the client that it was told of";
  EXPECT_EQ(ask("GET", "/v1/clients/a%2"),
            "400 the parameter id is \\\"a%2\\\"; it must be a client's id, percent-encoded where it needs to be");
  EXPECT_EQ(ask("GET", "/v1/clients/" + std::string(4097, 'x')), "400 the client id has 4097 bytes; 4096 are the most");
}

TEST_F(HttpClients, that_came_by_the_line_port_are_the_same_in_a_path) {
  protocols::PhoneReport phone;
  phone.set_encoded_client("100%");
  phone.set_location("1,2");
  auto heard = phone.finish(now).value();
  herd.report({&heard, 1}, now);
  EXPECT_EQ(ask("PUT", "/v1/clients/100%25", phone_7),
            "200 application/json "
            R"({"accepted":true,"at":"AT Riley +0.263873386 100% +34.068930-118.445127 1621464827.959498503"})"
            "\n");
  EXPECT_FALSE(herd.locate("100%25"));
}

TEST_F(HttpClients, are_refused_with_what_is_wrong_in_their_report) {
  const auto put = [this](std::string_view body) { return ask("PUT", "/v1/clients/p", body); };
  EXPECT_EQ(put(R"({"lon":2})"), "400 the latitude is missing; it must be a number of degrees from -90 to 90");
  EXPECT_EQ(put(R"({"lat":91,"lon":2})"),
            "400 the latitude is \\\"91\\\"; it must be a number of degrees from -90 to 90");
  EXPECT_EQ(put(R"({"lat":1,"lon":2,"wifi":2})"),
            "400 a report has no member \\\"wifi\\\"; known are client, lat, lon, time, "
            "accuracy_m, altitude_m, speed_mps, course_deg, battery_percent, others");
  EXPECT_EQ(put(R"({"lat":1,"lom":2})"), "400 a report has no member \\\"lom\\\"; did you mean \\\"lon\\\"?");
  EXPECT_EQ(put(R"({"lat":1,"lon":2,"accuracy_m":"good"})"),
            "400 accuracy_m is \\\"good\\\"; it must be a number, or be left out");
  for (const std::string text : {"", "5 m", "nan", "inf", "1e400"}) {
    EXPECT_EQ(put(R"({"lat":1,"lon":2,"accuracy_m":")" + text + "\"}"),
              R"(400 accuracy_m is \")" + text + R"(\"; it must be a number, or be left out)");
  }
  EXPECT_EQ(put(R"({"client":"q","lat":1,"lon":2})"),
            "400 the body is of the client \\\"q\\\", the path of \\\"p\\\"; leave the former out");
  EXPECT_EQ(put("[1,2]"),
            "400 a report must be a JSON object: {\\\"client\\\":\\\"phone-7\\\",\\\"lat\\\":34,\\\"lon\\\":-118}");
  EXPECT_EQ(put("{\"lat\":1,\"lon\":2,\"others\":{\"x\":\"\xff\"}}"), "400 no JSON: there are bytes that are no UTF-8");
  EXPECT_EQ(put(R"({"a":)" + std::string(100, '[')), "400 JSON is nested more than 16 deep at byte 20");
  for (const auto* const nothing : {"", " \r\n"}) {
    EXPECT_EQ(put(nothing), R"(400 the body is empty; a report is a JSON object: {\"lat\":34,\"lon\":-118})");
  }
  EXPECT_EQ(herd.reports, 0U);
}

TEST_F(HttpClients, are_told_our_names_for_what_others_call_otherwise) {
  const auto meant = [this](const std::string& name) {
    const auto said = ask("PUT", "/v1/clients/p", "{\"" + name + "\":34}");
    const auto before = R"(400 a report has no member \")" + name + R"(\"; did you mean \")";
    return said.starts_with(before) ? said.substr(before.size(), said.rfind('\\') - before.size()) : said;
  };
  EXPECT_EQ(meant("latitude"), "lat");
  EXPECT_EQ(meant("Latitude"), "lat");
  EXPECT_EQ(meant("longitude"), "lon");
  EXPECT_EQ(meant("lng"), "lon");
  EXPECT_EQ(meant("timestamp"), "time");
  EXPECT_EQ(meant("id"), "client");
  EXPECT_EQ(meant("accuracy"), "accuracy_m");
  EXPECT_EQ(meant("altitude"), "altitude_m");
  EXPECT_EQ(meant("speed"), "speed_mps");
  EXPECT_EQ(meant("heading"), "course_deg");
  EXPECT_EQ(meant("battery"), "battery_percent");
  EXPECT_EQ(ask("PUT", "/v1/clients/p", R"({"lat":1,"lon":2,"attributes":{"speed":3}})"),
            R"(400 a report has no member \"attributes.speed\"; did you mean \"speed_mps\"?)");
}

TEST_F(HttpClients, are_refused_when_the_server_holds_as_many_as_it_may) {
  EXPECT_EQ(ask("PUT", "/v1/clients/refused", phone_7),
            "507 the client is new, and this server holds as many as it may");
}

TEST_F(HttpClients, that_report_more_often_than_they_may_are_told_to_wait) {
  const auto hasty = response("PUT", "/v1/clients/hasty", phone_7);
  EXPECT_EQ(hasty.status, 429);
  EXPECT_EQ(hasty.fields, (decltype(hasty.fields){{"Retry-After", "1"}}));
  EXPECT_EQ(ask("PUT", "/v1/clients/hasty", phone_7), "429 the client reports more often than it may; try again later");
}

TEST_F(HttpClients, are_forgotten_once) {
  ask("PUT", "/v1/clients/p", phone_7);
  EXPECT_EQ(ask("DELETE", "/v1/clients/p"), "204");
  EXPECT_EQ(ask("DELETE", "/v1/clients/p"),
            "404 nothing is known of the client \\\"p\\\": it has not reported, or was forgotten");
  EXPECT_EQ(response("GET", "/v1/clients/p").status, 404);
}

TEST_F(HttpClients, are_refused_when_a_member_of_their_report_is_of_another_kind_than_it_must_be) {
  const auto put = [this](std::string_view more) {
    return ask("PUT", "/v1/clients/p", R"({"lat":1,"lon":2,)" + std::string(more) + "}");
  };
  EXPECT_EQ(put(R"("client":true)"), "400 client is \\\"true\\\"; it must be a text");
  EXPECT_EQ(put(R"("client":["p"])"), "400 client is an array; it must be a text");
  EXPECT_EQ(put(R"("client":{"id":"p"})"), "400 client is an object; it must be a text");
  EXPECT_EQ(put(R"("others":["campus"])"), "400 others is an array; it must be an object of names and values");
  EXPECT_EQ(put(R"("others":[{"wifi":"campus"}])").substr(0, 22), "400 others is an array");
  EXPECT_EQ(put(R"("others":[])").substr(0, 22), "400 others is an array");
  EXPECT_EQ(put(R"("others":"campus")"), "400 others is \\\"campus\\\"; it must be an object of names and values");
  EXPECT_EQ(put(R"("attributes":[5])").substr(0, 26), "400 attributes is an array");
  EXPECT_EQ(put(R"("attributes":5)").substr(0, 24), "400 attributes is \\\"5\\\";");
  EXPECT_EQ(put(R"("attributes":{"others":["campus"]})").substr(0, 33), "400 attributes.others is an array");
  EXPECT_EQ(put(R"("accuracy_m":[5])"), "400 accuracy_m is an array; it must be a number, or be left out");
  EXPECT_EQ(put(R"("attributes":{"speed_mps":{}})"),
            "400 attributes.speed_mps is an object; it must be a number, or be left out");
  EXPECT_EQ(put(R"("time":[])"), "400 time is an array; it must be a number or a text");
  EXPECT_EQ(put(R"("lat":{})"), "400 lat is an object; it must be a number");
  EXPECT_EQ(put(R"("wifi":{})").substr(0, 36), "400 a report has no member \\\"wifi\\\";");
  EXPECT_EQ(herd.reports, 0U);
  EXPECT_EQ(put(R"("attributes":{"others":{"a":{"b":["c",true]},"d":[]}},"server":[],"time":1)").substr(0, 3), "200");
  EXPECT_NE(response("GET", "/v1/clients/p").body.find(R"("others":{"a.b.0":"c","a.b.1":"true"})"), std::string::npos);
}

TEST_F(HttpClients, may_write_their_numbers_as_texts) {
  EXPECT_EQ(ask("PUT", "/v1/clients/p", R"({"lat":"34.0","lon":"-118.50","time":"1621464827","accuracy_m":"5"})")
                .substr(0, 3),
            "200");
  const auto told = response("GET", "/v1/clients/p").body;
  EXPECT_NE(told.find(R"("lat":34.0,"lon":-118.50,"time":1621464827,)"), std::string::npos) << told;
  EXPECT_NE(told.find(R"("attributes":{"accuracy_m":5})"), std::string::npos) << told;
}

TEST_F(HttpClients, may_have_a_number_for_an_id) {
  EXPECT_EQ(ask("PUT", "/v1/clients/7", R"({"client":7,"lat":1,"lon":2,"time":1621464827})").substr(0, 3), "200");
}

struct HttpClientsAround : HttpConversation {
  void SetUp() override {
    HttpConversation::SetUp();
    for (int i = 0; i < 6; ++i) {
      const auto lat = "1.000" + std::to_string(i);
      ask("PUT", "/v1/clients/p" + std::to_string(i), R"({"lat":)" + lat + R"(,"lon":2,"time":1621464827})");
    }
  }
};

TEST_F(HttpClientsAround, a_point_are_told_nearest_first_with_their_distances) {
  EXPECT_EQ(ask("GET", "/v1/clients?near=1.00021,2&radius=13"),
            "200 application/json {\"clients\":["
            R"({"client":"p2","lat":1.0002,"lon":2,"time":1621464827,"server":"Riley","difference":1.223371889,)"
            R"("age":1.223371889,"distance_m":1.1},)"
            "\n"
            R"({"client":"p3","lat":1.0003,"lon":2,"time":1621464827,"server":"Riley","difference":1.223371889,)"
            R"("age":1.223371889,"distance_m":10},)"
            "\n"
            R"({"client":"p1","lat":1.0001,"lon":2,"time":1621464827,"server":"Riley","difference":1.223371889,)"
            R"("age":1.223371889,"distance_m":12.2}],"complete":true})"
            "\n");
}

TEST_F(HttpClientsAround, a_point_or_in_a_box_are_at_most_as_many_as_were_asked_for) {
  const auto ends_with = [this](std::string_view target) {
    const auto body = response("GET", target).body;
    return std::to_string(std::ranges::count(body, '\n')) + body.substr(body.rfind(','));
  };
  EXPECT_EQ(ends_with("/v1/clients?near=1,2&limit=2"), "2,\"complete\":false}\n");
  EXPECT_EQ(ends_with("/v1/clients?near=1,2&limit=6"), "6,\"complete\":true}\n");
  EXPECT_EQ(ends_with("/v1/clients?bbox=1.9,1,2.1,1.0004&limit=4"), "4,\"complete\":false}\n");
  EXPECT_EQ(ends_with("/v1/clients?bbox=1.9,1,2.1,1.0004&limit=5"), "5,\"complete\":true}\n");
}

TEST_F(HttpClientsAround, a_point_are_a_feature_collection_by_accept) {
  EXPECT_EQ(ask("GET", "/v1/clients?bbox=1,0.9,3,1", {}, {{"Accept", "text/html, application/geo+json;q=0.9"}}),
            "200 application/geo+json "
            R"({"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Point",)"
            R"("coordinates":[2,1.0000]},"properties":{"client":"p0","time":1621464827,"server":"Riley",)"
            R"("difference":1.223371889,"age":1.223371889}}],"complete":true})"
            "\n");
}

TEST_F(HttpClientsAround, a_point_are_in_the_type_that_is_most_welcome_and_say_what_decided_it) {
  const std::string json = "application/json";
  const std::string geojson = "application/geo+json";
  const std::vector<std::pair<std::string, std::string>> accepted{
      {"", json},
      {"*/*", json},
      {"application/*", json},
      {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", json},
      {"application/geo+json;q=0, */*", json},
      {"application/geo+json;q=0", json},
      {"application/geo+json;q=0.5, application/json", json},
      {"application/geo+json;q=0.5, */*", json},
      {"application/geo+jsonx", json},
      {"application/geo+json, */*", geojson},
      {"application/json, application/geo+json", geojson},
      {"application/json;q=0.5, application/geo+json;q=0.6", geojson},
      {"application/json;q=0, */*", geojson},
      {"Application/Geo+JSON", geojson}};
  for (const auto& [accept, type] : accepted) {
    for (const auto* const path : {"/v1/clients?bbox=1,0.9,3,1", "/v1/clients/p0"}) {
      const auto made = response("GET", path, {}, {{"Accept", accept}});
      EXPECT_EQ(made.content_type, type) << path << ' ' << accept;
      EXPECT_EQ(made.fields, (decltype(made.fields){{"Vary", "Accept"}})) << path;
    }
  }
  EXPECT_EQ(response("GET", "/v1/clients/p0", {}, {{"Accept", "text/html"}, {"Accept", geojson}}).content_type,
            geojson);
}

TEST_F(HttpClientsAround, a_point_are_only_those_that_one_may_read_and_yet_as_many_as_there_are) {
  access.grants = {{"Bearer x", std::make_shared<protocols::Grant>(std::vector<std::string>{"p4", "p5"},
                                                                   std::vector{protocols::Verb::read})}};
  const HttpConversation::Fields fields{{"Authorization", "Bearer x"}};
  const auto names = [&](std::string_view target) {
    std::string found;
    const auto body = response("GET", target, {}, fields).body;
    for (const auto* const name : {"p0", "p1", "p2", "p3", "p4", "p5", "true", "false"}) {
      if (body.find(name) != std::string::npos) found += std::string(name) + ' ';
    }
    return found;
  };
  EXPECT_EQ(names("/v1/clients?near=1,2&limit=1"), "p4 false ");
  EXPECT_EQ(names("/v1/clients?near=1,2&limit=2"), "p4 p5 true ");
  EXPECT_EQ(names("/v1/clients?bbox=1,0,3,2&limit=2"), "p4 p5 true ");
}

TEST_F(HttpClientsAround, something_that_is_not_said_or_said_wrongly_are_refused_by_name) {
  const auto get = [this](std::string_view query) { return ask("GET", "/v1/clients" + std::string(query)); };
  EXPECT_EQ(get(""), "400 say which clients: near=latitude,longitude or bbox=west,south,east,north");
  EXPECT_EQ(get("?near=1,2&bbox=1,2,3,4"), "400 near and bbox cannot be together; leave one of them out");
  EXPECT_EQ(get("?bbox=1,2,3,4&radius=5"), "400 radius belongs to near, not to bbox");
  EXPECT_EQ(get("?near=1,2&raduis=5"), "400 /v1/clients has no parameter \\\"raduis\\\"; did you mean \\\"radius\\\"?");
  EXPECT_EQ(get("?near=1"),
            "400 the parameter near is \\\"1\\\"; it must be latitude,longitude in degrees: 34.0689,-118.4451");
  EXPECT_EQ(get("?near=1,2&radius=abc"),
            "400 the parameter radius is \\\"abc\\\"; it must be a number from 0 to 20100000");
  EXPECT_EQ(get("?near=1,2&radius=nan"),
            "400 the parameter radius is \\\"nan\\\"; it must be a number from 0 to 20100000");
  EXPECT_EQ(get("?near=1,2&limit=1001"),
            "400 the parameter limit is \\\"1001\\\"; it must be a whole number from 1 to 1000");
  EXPECT_EQ(get("?near=1,2&limit=1.5"),
            "400 the parameter limit is \\\"1.5\\\"; it must be a whole number from 1 to 1000");
  EXPECT_EQ(get("?near=1,2&near=1,2"), "400 the parameter near is there twice; once is right");
  EXPECT_EQ(get("?near=%zz"),
            "400 the parameter near is \\\"%zz\\\"; it must be percent-encoded: a % stands before two hexadecimal "
            "digits");
  for (const auto* const box : {"1,2,3", "1,4,3,2", "1,2,3,91", "1,2,3,4,5", "a,b,c,d"}) {
    EXPECT_EQ(get("?bbox=" + std::string(box)),
              "400 the parameter bbox is \\\"" + std::string(box) +
                  "\\\"; it must be west,south,east,north in degrees, south below north: -118.5,34,-118.4,34.1");
  }
}

}  // namespace
}  // namespace herd::api
