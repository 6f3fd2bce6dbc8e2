#include "api/http_conversation.h"
#include "herd/api/http_endpoints.h"

namespace herd::api {
namespace {

using HttpApiTest = HttpConversation;
using ResponseFields = decltype(http::HttpResponse::fields);

TEST_F(HttpApiTest, tells_what_a_path_takes) {
  const auto options = response("OPTIONS", "/v1/clients/p");
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.fields, (ResponseFields{{"Allow", "PUT, POST, GET, HEAD, DELETE, OPTIONS"}}));
  const auto patch = response("PATCH", "/v1/clients/p");
  EXPECT_EQ(patch.status, 405);
  EXPECT_EQ(patch.fields, (ResponseFields{{"Allow", "PUT, POST, GET, HEAD, DELETE, OPTIONS"}}));
  EXPECT_EQ(ask("POST", "/v1/status"), "405 this path takes GET, HEAD, OPTIONS, not POST");
  EXPECT_EQ(ask("DELETE", "/v1/clients"), "405 this path takes GET, HEAD, OPTIONS, not DELETE");
  for (const std::string method : {"POST", "PUT"}) {
    EXPECT_EQ(ask(method, "/v1/clients", R"({"client":"p","lat":1,"lon":2})"),
              "405 this path takes GET, HEAD, OPTIONS, not " + method +
                  "; reports go to PUT /v1/clients/ID or POST /v1/reports");
  }
  EXPECT_EQ(ask("GET", "/v1/nothing"), "404 there is nothing at /v1/nothing; /v1/docs tells all that there is");
  EXPECT_EQ(ask("GET", ""), "404 there is nothing at ; /v1/docs tells all that there is");
}

TEST_F(HttpApiTest, says_which_path_was_meant) {
  const auto meant = [this](const std::string& wrong) {
    const auto said = ask("GET", wrong);
    const auto before = "404 there is nothing at " + wrong + "; ";
    EXPECT_EQ(said.substr(0, before.size()), before);
    return said.substr(before.size());
  };
  const auto leads_to = [](const std::string& path) { return R"(did you mean \")" + path + R"(\"?)"; };
  EXPECT_EQ(meant("/v1/report"), leads_to("/v1/reports"));
  EXPECT_EQ(meant("/v1/Reports/"), leads_to("/v1/reports"));
  EXPECT_EQ(meant("/v2/reports"), leads_to("/v1/reports"));
  EXPECT_EQ(meant("/v1/clients/"), leads_to("/v1/clients"));
  EXPECT_EQ(meant("/v1/client/p"), leads_to("/v1/clients/p"));
  EXPECT_EQ(meant("/v1/client/p/place"), leads_to("/v1/clients/p/places"));
  EXPECT_EQ(meant("/v1/clients/p/places/"), leads_to("/v1/clients/p/places"));
  EXPECT_EQ(meant("/health"), "/v1/docs tells all that there is");
  EXPECT_EQ(meant("/v1"), "/v1/docs tells all that there is");
  EXPECT_EQ(meant("/v1/clients/jane/phone"), "a slash within an id is written %2F: /v1/clients/jane%2Fphone");
  EXPECT_EQ(meant("/v1/clients/jane/phone/places"),
            "a slash within an id is written %2F: /v1/clients/jane%2Fphone/places");
  EXPECT_EQ(meant("/v1/clients//places"), "a slash within an id is written %2F: /v1/clients/%2Fplaces");
}

TEST_F(HttpApiTest, leads_from_its_root_to_the_page) {
  const auto root = response("GET", "/");
  EXPECT_EQ(root.status, 302);
  EXPECT_EQ(root.fields, (ResponseFields{{"Location", "/v1/docs"}}));
  for (const auto* const bare : {"/?", "/?&"}) EXPECT_EQ(response("GET", bare).status, 302) << bare;
  EXPECT_EQ(response("HEAD", "/").status, 302);
}

TEST_F(HttpApiTest, takes_whatever_is_asked_of_its_root_for_a_report_and_leads_none_away) {
  const auto* const alive = "/?id=123456&timestamp=1377177267&cell=257,02,16,2224&wifi=00-14-22-01-23-45,-80";
  for (const auto* const taken : {alive, "/?id=osm7", "/?deviceid=p", "/?id=p&lat=1&lon=2", "/?id=p&location=1,2",
                                  "/?id=p&latitude=1&longitude=2", "/?id=p&l%61t=1&lon=2"}) {
    EXPECT_EQ(ask("GET", taken), "200") << taken;
  }
  EXPECT_EQ(herd.reports, 4U);
  EXPECT_EQ(ask("GET", "/?id=p&lat=1"),
            "400 the longitude is missing; it must be a number of degrees from -180 to 180");
  for (const auto* const nobody : {"/?lat=1&lon=2", "/?latitude=1", "/?id=&lat=1&lon=2"}) {
    EXPECT_EQ(ask("GET", nobody), "400 the id of the device is missing; it goes into the address: ?id=my-phone&lat=...")
        << nobody;
  }
  const auto& counters = api->apps().counters(trackers::TrackerApp::osmand);
  EXPECT_EQ(counters.requests, 11U);
  EXPECT_EQ(counters.broken, 4U);
  EXPECT_TRUE(ask("GET", "/?phone=p&x=1&y=2").starts_with("400 this is of no tracker app that is known here"));
}

TEST_F(HttpApiTest, changes_nothing_when_it_is_asked_for_a_head) {
  const auto refused = response("HEAD", "/?id=p&lat=1&lon=2");
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.fields, (ResponseFields{{"Allow", "GET, POST, OPTIONS"}}));
  EXPECT_EQ(herd.reports, 0U);
  EXPECT_EQ(ask("HEAD", "/?id=p"), "405 this path takes GET, POST, OPTIONS, not HEAD");
}

TEST_F(HttpApiTest, tells_what_its_root_the_free_paths_and_all_of_it_take) {
  const auto allowed = [this](std::string_view method, std::string_view target) {
    const auto made = response(method, target);
    return std::to_string(made.status) + (made.fields.empty() ? "" : ' ' + made.fields.front().second);
  };
  EXPECT_EQ(allowed("OPTIONS", "/"), "204 GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(allowed("DELETE", "/"), "405 GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(allowed("PUT", "/"), "405 GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(allowed("OPTIONS", "/?id=p"), "204 GET, POST, OPTIONS");
  EXPECT_EQ(allowed("OPTIONS", "/pub"), "204 POST, OPTIONS");
  EXPECT_EQ(allowed("OPTIONS", "/v1/nothing"), "404");
  EXPECT_EQ(allowed("OPTIONS", "*"), "204 GET, HEAD, POST, PUT, DELETE, OPTIONS");
  EXPECT_EQ(allowed("GET", "*"), "404");
}

TEST_F(HttpApiTest, takes_no_body_that_is_compressed_and_says_so_before_it_comes) {
  const Fields gzip{{"Content-Encoding", "gzip"}};
  const std::vector<std::pair<std::string, std::string>> doors{
      {"PUT", "/v1/clients/p"}, {"POST", "/v1/clients/p"}, {"POST", "/v1/reports"}, {"POST", "/pub"}, {"POST", "/"}};
  for (const auto& [method, path] : doors) {
    EXPECT_TRUE(api->begin({method, path, gzip, "192.0.2.1:4321"}, now)->is_settled()) << path;
    const auto refused = response(method, path, "\x1f\x8b", gzip);
    EXPECT_EQ(refused.status, 415) << path;
    EXPECT_EQ(refused.fields, (ResponseFields{{"Accept-Encoding", "identity"}})) << path;
  }
  EXPECT_EQ(response("GET", "/livez", {}, gzip).status, 200) << "where no body is looked at";
  EXPECT_EQ(ask("PUT", "/v1/clients/p", R"({"lat":1,"lon":2})", {{"Content-Encoding", "identity"}}).substr(0, 3),
            "200");
}

TEST_F(HttpApiTest, hands_to_tracker_apps_what_is_posted_at_no_path_of_its_own) {
  // Any of them will do; they have tests of their own.
  EXPECT_EQ(response("POST", "/pub").status, 200);
  EXPECT_EQ(response("POST", "/v1").status, 200);
  EXPECT_EQ(response("PUT", "/pub", "{}").status, 404);
  EXPECT_EQ(ask("GET", "/pub?id=p&lat=1&lon=2"),
            "404 there is nothing at /pub; a report in an address goes to the root: /?id=my-phone&lat=...");
}

TEST_F(HttpApiTest, takes_no_slip_in_its_own_paths_for_a_tracker_app) {
  const auto* const owntracks = R"({"_type":"location","tid":"p","lat":1,"lon":2,"tst":1})";
  EXPECT_EQ(ask("POST", "/v1/report", owntracks),
            R"(404 there is nothing at /v1/report; did you mean \"/v1/reports\"?)");
  EXPECT_EQ(response("POST", "/v1/report?id=p&lat=1&lon=2").status, 404);
  EXPECT_EQ(api->apps().counters(trackers::TrackerApp::owntracks).requests, 0);
}

TEST_F(HttpApiTest, tells_of_its_server) {
  EXPECT_EQ(ask("GET", "/v1/status"), "200 application/json {\"server\":\"Riley\"}\n");
  EXPECT_EQ(ask("GET", "/metrics"), "200 text/plain; version=0.0.4; charset=utf-8 up 1\n");
  EXPECT_EQ(ask("GET", "/livez"), "200 text/plain; charset=utf-8 alive\n");
  EXPECT_EQ(ask("GET", "/readyz"), "200 text/plain; charset=utf-8 ready\n");
  self.why_not = "catching up with Juzang";
  EXPECT_EQ(ask("GET", "/readyz"), "503 catching up with Juzang");
  EXPECT_EQ(ask("GET", "/livez"), "200 text/plain; charset=utf-8 alive\n");
}

TEST_F(HttpApiTest, refuses_parameters_where_there_are_none) {
  EXPECT_EQ(ask("GET", "/v1/status?verbose=1"), "400 /v1/status has no parameter \\\"verbose\\\"; it takes none");
}

TEST_F(HttpApiTest, has_every_endpoint_of_its_table_at_its_path) {
  for (const auto& endpoint : http_endpoints()) {
    std::string path(endpoint.path);
    if (const auto id = path.find("{id}"); id != std::string::npos) path.replace(id, 4, "p");
    const auto answered = answer(endpoint.method, path);
    if (const auto* const made = std::get_if<http::HttpResponse>(&answered)) {
      EXPECT_NE(made->status, 405) << path;
      EXPECT_EQ(made->body.find("there is nothing at"), std::string::npos) << path;
    }
  }
  EXPECT_EQ(http_endpoints().size(), 17U);
}

struct HttpAccess : HttpConversation {
  void SetUp() override {
    HttpConversation::SetUp();
    const auto grant = [](std::string pattern, const std::vector<protocols::Verb>& verbs) {
      return std::make_shared<const protocols::Grant>(std::vector{std::move(pattern)}, verbs);
    };
    access.grants = {{"Bearer reader", grant("*", {protocols::Verb::read})},
                     {"Bearer mine", grant("my-*", {protocols::Verb::read})}};
  }
};

TEST_F(HttpAccess, is_asked_for_where_it_is_missing_or_unknown) {
  const auto missing = response("GET", "/v1/clients/p");
  EXPECT_EQ(missing.status, 401);
  EXPECT_EQ(missing.fields, (ResponseFields{{"WWW-Authenticate", R"(Basic realm="proxyherd", charset="UTF-8")"},
                                            {"WWW-Authenticate", R"(Bearer realm="proxyherd")"}}));
  EXPECT_EQ(ask("GET", "/v1/clients/p"), "401 say who asks: Authorization: Bearer TOKEN");
  EXPECT_EQ(ask("GET", "/v1/clients/p", {}, {{"authorization", "Bearer other"}}),
            "401 these credentials are not known here; new tokens count from the next SIGHUP on");
  for (const auto* const no_scheme : {"ph_s3cret", "Digest ph_s3cret", "Bearerph_s3cret"}) {
    EXPECT_EQ(ask("GET", "/v1/clients/p", {}, {{"Authorization", no_scheme}}),
              "401 write Authorization: Bearer ph_...; what was sent is neither Bearer nor Basic");
  }
  EXPECT_EQ(ask("GET", "/v1/clients?nonsense", {}, {}), "401 say who asks: Authorization: Bearer TOKEN");
  EXPECT_EQ(access.denied, 7U);
}

TEST_F(HttpAccess, is_refused_by_verb_and_client) {
  EXPECT_EQ(ask("PUT", "/v1/clients/p", "{}", {{"Authorization", "Bearer reader"}}),
            "403 these credentials are not for the verb report");
  EXPECT_EQ(ask("GET", "/v1/clients/p", {}, {{"Authorization", "Bearer mine"}}),
            "403 these credentials are not for the verb read with the client \\\"p\\\"");
  EXPECT_EQ(ask("GET", "/v1/clients/my-phone/places", {}, {{"Authorization", "Bearer mine"}}),
            "403 these credentials are not for the verb places");
  EXPECT_EQ(response("GET", "/v1/clients/my-phone", {}, {{"Authorization", "Bearer mine"}}).status, 404);
  EXPECT_EQ(access.denied, 3U);
}

TEST_F(HttpAccess, is_needed_for_nothing_that_tells_of_no_client) {
  for (const auto* const path : {"/livez", "/readyz", "/openapi.json", "/v1/docs"}) {
    EXPECT_EQ(response("GET", path).status, 200) << path;
  }
  for (const auto* const path : {"/v1/status", "/metrics"}) EXPECT_EQ(response("GET", path).status, 401) << path;
}

TEST_F(HttpAccess, is_refused_before_the_body_has_come) {
  const auto is_settled = [&](std::string_view method, std::string_view target, const Fields& fields = {}) {
    return api->begin({method, target, fields, "192.0.2.1:4321"}, now)->is_settled();
  };
  const Fields reader{{"Authorization", "Bearer reader"}};
  EXPECT_TRUE(is_settled("POST", "/v1/reports")) << "401";
  EXPECT_TRUE(is_settled("POST", "/v1/reports", reader)) << "403";
  EXPECT_TRUE(is_settled("PUT", "/pub")) << "404";
  EXPECT_TRUE(is_settled("PATCH", "/v1/reports")) << "405";
  EXPECT_TRUE(is_settled("GET", "/v1/clients/p?x=y", reader)) << "400";
  EXPECT_TRUE(is_settled("POST", "/pub", {{"Origin", "https://other.example"}})) << "403";
  EXPECT_FALSE(is_settled("GET", "/v1/live?clients=p", reader)) << "what came behind would be of the feed";
  EXPECT_FALSE(is_settled("POST", "/pub")) << "whose it is shows in the body";
  access.requests_left = 0;
  EXPECT_TRUE(is_settled("POST", "/v1/reports")) << "429";
  EXPECT_TRUE(is_settled("POST", "/pub")) << "429";
  access.requests_left = 10;
  access.grants.clear();
  EXPECT_FALSE(is_settled("POST", "/v1/reports"));
  EXPECT_FALSE(is_settled("PUT", "/v1/clients/p"));
  make({.cors_origins = {"https://map.example"}});
  EXPECT_TRUE(is_settled("PATCH", "/v1/reports", {{"Origin", "https://map.example"}}));
  EXPECT_FALSE(is_settled("POST", "/v1/reports", {{"Origin", "https://map.example"}}));
}

TEST_F(HttpApiTest, refuses_an_address_that_asks_too_often) {
  access.requests_left = 1;
  EXPECT_EQ(response("GET", "/v1/clients/nobody").status, 404);
  const auto refused = response("GET", "/v1/clients/nobody");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.fields, (ResponseFields{{"Retry-After", "1"}}));
  // Who looks after the server hears it all the same.
  EXPECT_EQ(response("GET", "/livez").status, 200);
  EXPECT_EQ(response("GET", "/metrics").status, 200);
  EXPECT_EQ(access.addresses, (std::vector<std::string>{"192.0.2.1", "192.0.2.1"}));
}

TEST_F(HttpApiTest, is_reached_by_no_page_that_lets_its_name_stand_for_this_machine) {
  make({.cors_origins = {"https://map.example"}, .hosts = {{"riley.example"}}});
  const Fields rebound{{"Host", "attacker.example:14000"}, {"Origin", "http://attacker.example:14000"}};
  EXPECT_EQ(
      ask("GET", "/v1/clients/p", {}, {{"Host", "attacker.example:14000"}}),
      "421 this server is not known as \\\"attacker.example:14000\\\": without tokens it may be asked for by an IP "
      "address, as localhost, by the name that herd.toml has for its port, or by that of one of cors_origins; tokens, "
      "or "
      "open = true in the section [auth], allow any name; for example [http] cors_origins = "
      "[\\\"http://attacker.example:14000\\\"]");
  EXPECT_TRUE(ask("GET", "/v1/clients/p", {}, {{"Host", "a b"}}).ends_with("allow any name")) << "no origin has that";
  EXPECT_EQ(response("PUT", "/v1/clients/p", R"({"lat":1,"lon":2})", rebound).status, 421);
  EXPECT_EQ(response("POST", "/pub", R"({"_type":"location"})", rebound).status, 421);
  EXPECT_EQ(response("GET", "/?id=p&lat=1&lon=2", {}, rebound).status, 421);
  EXPECT_EQ(response("GET", "/v1/live?clients=p", {}, rebound).status, 421);
  EXPECT_EQ(response("GET", "/livez", {}, rebound).status, 421);
  EXPECT_EQ(access.denied, 7U);
  EXPECT_EQ(herd.reports, 0U);
  for (const auto* const host : {"127.0.0.1:14000", "localhost", "map.example", "riley.example:14000"}) {
    EXPECT_EQ(response("GET", "/livez", {}, {{"Host", host}}).status, 200) << host;
  }
  make();
  EXPECT_EQ(response("GET", "/livez", {}, rebound).status, 200) << "where that makes no difference";
}

TEST_F(HttpApiTest, lets_web_pages_of_allowed_origins_read_answers) {
  make({.cors_origins = {"https://map.example"}});
  const Fields page{{"Origin", "https://map.example"}};
  const ResponseFields allowed{{"Access-Control-Allow-Origin", "https://map.example"}, {"Vary", "Origin"}};
  EXPECT_EQ(response("GET", "/livez", {}, page).fields, allowed);
  EXPECT_EQ(response("GET", "/v1/status", {}, page).fields, allowed) << "an answer that is made later";
  EXPECT_EQ(response("PUT", "/v1/clients/p", R"({"lat":1,"lon":2})", page).fields, allowed);
  EXPECT_EQ(response("GET", "/livez", {}, {{"Origin", "https://other.example"}}).fields, ResponseFields{});
  EXPECT_EQ(response("PUT", "/v1/clients/p", "{}", {{"Origin", "https://other.example"}}).status, 403);
  EXPECT_EQ(response("DELETE", "/v1/clients/p", {}, {{"Origin", "null"}}).status, 403);
  EXPECT_EQ(response("POST", "/pub", R"({"_type":"location"})", {{"Origin", "https://other.example"}}).status, 403);
  EXPECT_EQ(response("GET", "/?id=p&lat=1&lon=2", {}, {{"Origin", "https://other.example"}}).status, 403);
  EXPECT_EQ(response("GET", "/?id=p&lat=1&lon=2", {}, {{"Sec-Fetch-Site", "cross-site"}}).status, 403);
  EXPECT_EQ(response("GET", "/?id=p&lat=1&lon=2", {}, {{"Sec-Fetch-Site", "same-origin"}}).status, 200);
  EXPECT_EQ(response("GET", "/v1/docs", {}, {{"Sec-Fetch-Site", "cross-site"}}).status, 200);
  EXPECT_EQ(
      response("PUT", "/v1/clients/p", R"({"lat":1,"lon":2})", {{"Origin", "http://h:1"}, {"Host", "h:1"}}).status,
      200);

  auto asks = page;
  asks.emplace_back("Access-Control-Request-Method", "PUT");
  EXPECT_EQ(response("OPTIONS", "/v1/clients/p", {}, asks).fields,
            (ResponseFields{{"Allow", "PUT, POST, GET, HEAD, DELETE, OPTIONS"},
                            {"Access-Control-Allow-Methods", "PUT, POST, GET, HEAD, DELETE, OPTIONS"},
                            {"Access-Control-Allow-Headers", "Authorization, Content-Type, Last-Event-ID"},
                            {"Access-Control-Max-Age", "86400"},
                            {"Access-Control-Allow-Origin", "https://map.example"},
                            {"Vary", "Origin"}}));
  make({.cors_origins = {"*"}});
  EXPECT_EQ(response("GET", "/livez", {}, page).fields, allowed);
}

}  // namespace
}  // namespace herd::api
