#include "api/http_conversation.h"

namespace herd::api {
namespace {

struct HttpLiveTest : HttpConversation {
  http::HttpLive live(std::string_view target, const Fields& fields = {}) {
    return std::get<http::HttpLive>(answer("GET", target, {}, fields));
  }

  static constexpr std::string_view key = "dGhlIHNhbXBsZSBub25jZQ==";
  const Fields upgrade{{"Host", "herd:8080"},
                       {"Connection", "keep-alive, Upgrade"},
                       {"Upgrade", "WebSocket"},
                       {"Sec-WebSocket-Version", "13"},
                       {"Sec-WebSocket-Key", key}};

  Fields upgrade_with(std::string_view name, std::string_view value) const {
    auto fields = upgrade;
    for (auto& field : fields) {
      if (field.first == name) field.second = value;
    }
    return fields;
  }
};

TEST_F(HttpLiveTest, follows_a_circle_a_box_or_clients) {
  const auto near = live("/v1/live?near=1,2&radius=500", {{"Last-Event-ID", "abc"}});
  EXPECT_EQ(near.framing, http::HttpLive::Framing::events);
  EXPECT_EQ(near.last_event_id, "abc");
  const auto& circle = std::get<protocols::LiveSubscription::Circle>(near.subscription.wanted);
  EXPECT_EQ(circle.center, (geo::Location{10'000'000, 20'000'000}));
  EXPECT_EQ(circle.radius_m, 500);

  const auto box = std::get<geo::Box>(live("/v1/live?bbox=179,-1,-179,1").subscription.wanted);
  EXPECT_EQ(box.south_west, (geo::Location{-10'000'000, 1'790'000'000}));
  EXPECT_EQ(box.north_east, (geo::Location{10'000'000, -1'790'000'000}));

  EXPECT_EQ(std::get<protocols::LiveSubscription::Clients>(live("/v1/live?clients=a,b%2Cc,d%20e").subscription.wanted),
            (std::vector<std::string>{"a", "b,c", "d%20e"}));
}

TEST_F(HttpLiveTest, follows_clients_by_their_ids_as_they_are_told) {
  const auto clients = [this](const std::string& query) {
    return std::get<protocols::LiveSubscription::Clients>(live("/v1/live?clients=" + query).subscription.wanted);
  };
  EXPECT_EQ(clients("my%2520phone,100%25"), (std::vector<std::string>{"my%2520phone", "my%20phone", "100%25", "100%"}));
  std::string encoded;
  for (int i = 0; i < 4096; ++i) encoded += "%25";
  EXPECT_EQ(clients(encoded), std::vector{std::string(4096, '%')}) << "which may have come to the line port";
  EXPECT_EQ(ask("GET", "/v1/live?clients=a," + encoded + "%25"),
            "400 the client id has 12291 bytes; 4096 are the most");
}

TEST_F(HttpLiveTest, becomes_no_websocket_for_who_asks_for_its_head) {
  EXPECT_EQ(response("HEAD", "/v1/ws?clients=a", {}, upgrade).status, 426);
  EXPECT_TRUE(std::holds_alternative<http::HttpLive>(answer("HEAD", "/v1/live?clients=a")));
}

TEST_F(HttpLiveTest, takes_a_token_from_its_query_for_browsers_have_no_field_for_it) {
  const auto reads =
      std::make_shared<protocols::Grant>(std::vector<std::string>{"my-*"}, std::vector{protocols::Verb::read});
  access.grants = {{"Bearer s3+cret", reads}};
  EXPECT_EQ(live("/v1/live?clients=a&access_token=s3%2Bcret").subscription.grant, reads);
  EXPECT_EQ(live("/v1/ws?access_token=s3%2Bcret&clients=a", upgrade).subscription.grant, reads);
  EXPECT_EQ(live("/v1/live?clients=a&access_token=x", {{"Authorization", "Bearer s3+cret"}}).subscription.grant, reads);
  EXPECT_EQ(live("/v1/live?clients=a&access_token=s3%2Bcret", {{"Authorization", "Basic x"}}).subscription.grant, reads)
      << "which a proxy may have been for";
  EXPECT_EQ(ask("GET", "/v1/live?clients=a&access_token=x"),
            "401 these credentials are not known here; new tokens count from the next SIGHUP on");
  EXPECT_EQ(response("GET", "/v1/live?clients=a&access_token=x").fields,
            (decltype(http::HttpResponse::fields){
                {"WWW-Authenticate", R"(Bearer realm="proxyherd", error="invalid_token")"}}))
      << "no browser is made to ask its user for a password";
  EXPECT_EQ(ask("GET", "/v1/live?clients=a&access_token=%2"),
            "401 these credentials are not known here; new tokens count from the next SIGHUP on");
  EXPECT_EQ(ask("GET", "/v1/live?clients=a"), "401 say who asks: Authorization: Bearer TOKEN");
}

TEST_F(HttpLiveTest, shows_a_token_of_its_query_to_nobody_and_takes_none_elsewhere) {
  EXPECT_EQ(ask("GET", "/v1/live?clients=a&access_token=s3cret%2"),
            "400 the parameter access_token must be percent-encoded: a % stands before two hexadecimal digits");
  EXPECT_EQ(ask("GET", "/v1/live?clients=a&access_token=s3cret&access_token=s3cret"),
            "400 the parameter access_token is there twice; once is right");
  EXPECT_EQ(ask("GET", "/v1/clients?near=1,2&access_token=s3cret").find("s3cret"), std::string::npos);
  EXPECT_TRUE(
      ask("GET", "/v1/status?access_token=s3cret").starts_with("400 /v1/status has no parameter \\\"access_token\\\""));
  access.grants = {{"Bearer s3cret", protocols::Grant::everything()}};
  EXPECT_EQ(ask("GET", "/v1/clients?near=1,2&access_token=s3cret"),
            "401 say who asks: Authorization: Bearer TOKEN; access_token counts at /v1/live and /v1/ws only");
}

TEST_F(HttpLiveTest, says_in_one_way_whom_it_follows) {
  constexpr auto which =
      "400 say which clients to follow, in one way: near=latitude,longitude or bbox=west,south,east,north or "
      "clients=a,b,c";
  EXPECT_EQ(ask("GET", "/v1/live"), which);
  EXPECT_EQ(ask("GET", "/v1/live?near=1,2&clients=a"), which);
  EXPECT_EQ(ask("GET", "/v1/live?clients=a&radius=5"), "400 radius belongs to near; leave it out");
  EXPECT_EQ(
      ask("GET", "/v1/live?clients=,"),
      "400 the parameter clients is \\\"\\\"; it must be the ids of one or more clients, with commas between them");
}

TEST_F(HttpLiveTest, is_a_websocket_if_that_is_asked_for_as_rfc_6455_says) {
  const auto socket = live("/v1/ws?clients=a&last_event_id=x", upgrade);
  EXPECT_EQ(socket.framing, http::HttpLive::Framing::websocket);
  EXPECT_EQ(socket.websocket_key, key);
  EXPECT_EQ(socket.last_event_id, "x");

  const auto refused = response("GET", "/v1/ws?clients=a");
  EXPECT_EQ(refused.status, 426);
  EXPECT_EQ(refused.fields, (decltype(refused.fields){{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}}));
  EXPECT_EQ(response("GET", "/v1/ws?clients=a", {}, upgrade_with("Connection", "close")).status, 426);
  EXPECT_EQ(response("GET", "/v1/ws?clients=a", {}, upgrade_with("Sec-WebSocket-Version", "8")).status, 426);
  for (const auto* const wrong : {"", "abc", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZ!=="}) {
    EXPECT_EQ(ask("GET", "/v1/ws?clients=a", {}, upgrade_with("Sec-WebSocket-Key", wrong)),
              "400 Sec-WebSocket-Key must be 16 bytes in Base64 (RFC 6455)");
  }
  EXPECT_EQ(response("GET", "/v1/ws", {}, upgrade).status, 400);
}

TEST_F(HttpLiveTest, is_for_no_web_page_of_another_origin_unless_it_is_allowed) {
  auto foreign = upgrade;
  foreign.emplace_back("Origin", "https://evil.example");
  EXPECT_EQ(ask("GET", "/v1/ws?clients=a", {}, foreign),
            "403 web pages of https://evil.example may not use this server; cors_origins in the section [http] of its "
            "configuration would "
            "allow it");
  auto own = upgrade;
  own.emplace_back("Origin", "http://herd:8080");
  EXPECT_EQ(live("/v1/ws?clients=a", own).framing, http::HttpLive::Framing::websocket);
  make({.cors_origins = {"https://evil.example"}});
  EXPECT_EQ(
      live("/v1/ws?clients=a", foreign).fields,
      (decltype(http::HttpLive::fields){{"Access-Control-Allow-Origin", "https://evil.example"}, {"Vary", "Origin"}}));
}

TEST_F(HttpLiveTest, has_the_grant_of_who_asked) {
  const auto grant =
      std::make_shared<const protocols::Grant>(std::vector<std::string>{"a*"}, std::vector{protocols::Verb::read});
  access.grants = {{"Bearer x", grant}};
  EXPECT_EQ(live("/v1/live?near=1,2", {{"Authorization", "Bearer x"}}).subscription.grant, grant);
  EXPECT_EQ(response("GET", "/v1/live?near=1,2").status, 401);
}

}  // namespace
}  // namespace herd::api
