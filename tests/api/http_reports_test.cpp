#include "api/http_conversation.h"
#include "herd/api/report_batch.h"

namespace herd::api {
namespace {

using HttpReports = HttpConversation;

constexpr std::string_view three = R"([{"client":"a","lat":1,"lon":2},)"
                                   "\n"
                                   R"({"client":"b","lat":100,"lon":2},)"
                                   "\n"
                                   R"({"client":"c","lat":3,"lon":4}])";
constexpr std::string_view outcome_of_three =
    "200 application/json "
    R"({"accepted":2,"refused":1,"errors":[{"index":1,"line":2,"detail":)"
    R"("the latitude is \"100\"; it must be a number of degrees from -90 to 90"}]})"
    "\n";

TEST_F(HttpReports, are_taken_though_one_of_them_is_wrong) {
  EXPECT_EQ(ask("POST", "/v1/reports", three), outcome_of_three);
  EXPECT_EQ(herd.locate("c"), "AT Riley +0.000000000 c +3+4 1621464828.22337189");
  EXPECT_FALSE(herd.locate("b"));
}

TEST_F(HttpReports, are_the_same_however_they_come) {
  for (part_bytes = 1; part_bytes < 70; ++part_bytes) EXPECT_EQ(ask("POST", "/v1/reports", three), outcome_of_three);
}

TEST_F(HttpReports, are_an_array_or_a_member_or_one_a_line) {
  constexpr std::string_view a = R"({"client":"a","lat":1,"lon":2})";
  constexpr std::string_view b = R"({"client":"b","lat":1,"lon":2,"others":{"reports":"x"}})";
  const std::string both = std::string(a) + ',' + std::string(b);
  constexpr std::string_view done = "200 application/json {\"accepted\":2,\"refused\":0,\"errors\":[]}\n";
  const auto post = [this](const std::string& body) { return ask("POST", "/v1/reports", body); };
  for (part_bytes = 1; part_bytes < 4; ++part_bytes) {
    EXPECT_EQ(post(" \n[" + both + "]\n"), done);
    EXPECT_EQ(post("\xef\xbb\xbf[" + both + "]"), done);
    EXPECT_EQ(post(R"({"of":1,"reports":[)" + both + "]}"), done);
    EXPECT_EQ(post(std::string(a) + "\r\n\n" + std::string(b) + "\n"), done);
    EXPECT_EQ(post(std::string(a) + std::string(b)), done);
  }
}

TEST_F(HttpReports, without_times_are_newer_the_later_they_stand) {
  constexpr std::string_view body =
      R"([{"client":"a","lat":9,"lon":9},{"client":"b","lat":3,"lon":4,"time":5},{"client":"a","lat":1,"lon":2}])";
  for (part_bytes = 1; part_bytes <= body.size(); ++part_bytes) {
    ask("POST", "/v1/reports", body);
    EXPECT_EQ(herd.locate("a"), "AT Riley +0.000000000 a +1+2 1621464828.22337189");
  }
}

TEST_F(HttpReports, in_lines_are_taken_though_one_of_them_breaks_off) {
  const auto lines =
      "{\"client\":\"a\",\"lat\":1,\"lo\n"
      "{\"client\":\"b\",\"lat\":1,\"lon\":2}}\r\n"
      "[\n"
      "{\"client\":\"c\",\"lat\":3,\"lon\":4}";
  for (const auto* type : {"application/x-ndjson", "application/JSONL; charset=utf-8"}) {
    const auto told = response("POST", "/v1/reports", lines, {{"Content-Type", type}}).body;
    EXPECT_TRUE(told.starts_with(R"({"accepted":1,"refused":3,"errors":[{"index":0,"line":1,"detail":"no JSON)"))
        << told;
    EXPECT_EQ(herd.locate("c"), "AT Riley +0.000000000 c +3+4 1621464828.223371889");
  }
  EXPECT_TRUE(response("POST", "/v1/reports", lines)
                  .body.ends_with(R"("cut_off":"line 2: a colon is expected here"})"
                                  "\n"));
}

TEST_F(HttpReports, are_counted_and_the_first_twenty_errors_told) {
  std::string body;
  for (int i = 0; i < 1000; ++i)
    body += R"({"client":"p)" + std::to_string(i) +
            R"(","lat":1,"lon":2})"
            "\n{}\n";
  const auto made = response("POST", "/v1/reports", body);
  EXPECT_EQ(made.status, 200);
  EXPECT_EQ(
      made.body.substr(0, 118),
      R"({"accepted":1000,"refused":1000,"errors":[{"index":1,"line":2,"detail":"the client id is missing or empty"},)"
      R"({"index":3)");
  EXPECT_EQ(std::ranges::count(made.body, '{'), 21);
  EXPECT_TRUE(made.body.ends_with(R"({"index":39,"line":40,"detail":"the client id is missing or empty"}]})"
                                  "\n"));
  EXPECT_EQ(herd.reports, 1000U);
}

TEST_F(HttpReports, that_are_all_wrong_or_none_are_a_problem) {
  EXPECT_EQ(response("POST", "/v1/reports", R"([{"client":"a"}])").body,
            R"({"type":"about:blank","title":"Bad Request","status":400,"detail":"none of the reports was taken; )"
            R"(the first one: the latitude is missing; it must be a number of degrees from -90 to 90",)"
            R"("accepted":0,"refused":1,"errors":[{"index":0,"line":1,"detail":)"
            R"("the latitude is missing; it must be a number of degrees from -90 to 90"}]})"
            "\n");
  for (const auto* const none : {"", " \n", "[]", R"({"reports":[]})"}) {
    const auto made = response("POST", "/v1/reports", none);
    EXPECT_EQ(made.status, 400) << none;
    EXPECT_NE(made.body.find("the body has no reports; an array of them is expected, or one a line"), std::string::npos)
        << none;
  }
}

TEST_F(HttpReports, before_a_place_where_the_body_breaks_off_are_taken) {
  EXPECT_EQ(ask("POST", "/v1/reports", R"([{"client":"a","lat":1,"lon":2},{"client":"b")"),
            "200 application/json "
            R"({"accepted":1,"refused":0,"errors":[],"cut_off":)"
            R"("line 1: the input ends inside of what begins in line 1; is it cut off?"})"
            "\n");
  EXPECT_EQ(ask("POST", "/v1/reports", "[{\"client\":\"a\",\"lat\":1,\"lon\":2}\n; drop"),
            "200 application/json "
            R"({"accepted":1,"refused":0,"errors":[],"cut_off":)"
            R"("line 2: a comma or the end of an array is expected here"})"
            "\n");
  EXPECT_EQ(response("POST", "/v1/reports", "]").status, 400);
  EXPECT_EQ(response("POST", "/v1/reports", "[1] [2]").status, 400);
}

TEST_F(HttpReports, of_a_client_that_is_no_text_are_refused_alone) {
  EXPECT_EQ(ask("POST", "/v1/reports",
                R"([{"client":true,"lat":1,"lon":2},{"client":"b","lat":1,"lon":2},)"
                R"({"client":["c"],"lat":1,"lon":2},{"client":"d","lat":1,"lon":2,"others":[]}])"),
            "200 application/json "
            R"({"accepted":1,"refused":3,"errors":[)"
            R"({"index":0,"line":1,"detail":"client is \"true\"; it must be a text"},)"
            R"({"index":2,"line":1,"detail":"client is an array; it must be a text"},)"
            R"({"index":3,"line":1,"detail":"others is an array; it must be an object of names and values"}]})"
            "\n");
}

TEST_F(HttpReports, larger_than_16_kib_are_refused_alone) {
  const auto large = R"({"client":"a","lat":1,"lon":2,"others":{"x":")" + std::string(16'384, 'x') + "\"}}";
  EXPECT_EQ(ask("POST", "/v1/reports", "[" + large + R"(,{"client":"b","lat":1,"lon":2}])"),
            "200 application/json "
            R"({"accepted":1,"refused":1,"errors":[{"index":0,"line":1,"detail":"the report is larger than 16 KiB"}]})"
            "\n");
}

TEST_F(HttpReports, with_long_ids_are_all_taken) {
  std::string body;
  for (int i = 0; i < 300; ++i) {
    body += R"({"client":")" + std::string(4000, 'x') + std::to_string(i) + R"(","lat":1,"lon":2})" + "\n";
  }
  EXPECT_EQ(ask("POST", "/v1/reports", body), "200 application/json {\"accepted\":300,\"refused\":0,\"errors\":[]}\n");
  EXPECT_EQ(herd.locate(std::string(4000, 'x') + "299"),
            "AT Riley +0.000000000 " + std::string(4000, 'x') + "299 +1+2 1621464828.223372188");
}

TEST_F(HttpReports, for_which_there_is_no_room_are_told) {
  EXPECT_EQ(ask("POST", "/v1/reports", R"([{"client":"refused","lat":1,"lon":2},{"client":"b","lat":1,"lon":2}])"),
            "200 application/json "
            R"({"accepted":1,"refused":1,"errors":[{"index":0,"line":1,)"
            R"("detail":"the client is new, and this server holds as many as it may"}]})"
            "\n");
  EXPECT_EQ(response("POST", "/v1/reports", R"([{"client":"refused","lat":1,"lon":2}])").status, 507);
  EXPECT_EQ(response("POST", "/v1/reports", R"([{"client":"hasty","lat":1,"lon":2}])").status, 429);
}

TEST_F(HttpReports, tell_errors_in_the_order_of_the_body_whoever_found_them) {
  const auto made = response("POST", "/v1/reports", R"([{"client":"refused","lat":1,"lon":2},{"client":"b"}])");
  EXPECT_EQ(made.status, 507);
  std::string body = R"([{"client":"refused","lat":1,"lon":2})";
  for (std::size_t i = 0; i < ReportBatch::errors_told_max; ++i) body += ",{}";
  EXPECT_EQ(response("POST", "/v1/reports", body + "]").status, 507);
  const auto told = response("POST", "/v1/reports", body + R"(,{"client":"a","lat":1,"lon":2}])").body;
  EXPECT_TRUE(told.starts_with(R"({"accepted":1,"refused":21,"errors":[{"index":0,"line":1,)"
                               R"("detail":"the client is new, and this server holds as many as it may"},{"index":1,)"))
      << told;
  EXPECT_EQ(std::ranges::count(told, '{'), 21);
}

TEST_F(HttpReports, of_clients_that_one_may_not_report_are_refused_alone) {
  access.grants = {{"Bearer x", std::make_shared<protocols::Grant>(std::vector<std::string>{"a*"},
                                                                   std::vector{protocols::Verb::report})}};
  EXPECT_EQ(ask("POST", "/v1/reports", R"([{"client":"a1","lat":1,"lon":2},{"client":"b","lat":1,"lon":2}])",
                {{"Authorization", "Bearer x"}}),
            "200 application/json "
            R"({"accepted":1,"refused":1,"errors":[{"index":1,"line":1,)"
            R"("detail":"these credentials may not report this client"}]})"
            "\n");
}

TEST_F(HttpReports, name_a_client_as_it_was_told_too) {
  constexpr std::string_view body = R"([{"client":"my phone","lat":1,"lon":2},{"client":"my%20phone","lat":3,"lon":4},)"
                                    R"({"client":"100%","lat":5,"lon":6},{"client":"100%25","lat":7,"lon":8}])";
  EXPECT_EQ(ask("POST", "/v1/reports", body), "200 application/json {\"accepted\":4,\"refused\":0,\"errors\":[]}\n");
  EXPECT_EQ(herd.locate("my%20phone"), "AT Riley +0.000000000 my%20phone +3+4 1621464828.22337189");
  EXPECT_FALSE(herd.locate("my%2520phone"));
  EXPECT_EQ(herd.locate("100%25"), "AT Riley +0.000000000 100%25 +7+8 1621464828.223371892");
  EXPECT_FALSE(herd.locate("100%2525"));
}

TEST_F(HttpReports, with_a_percent_sign_are_of_the_client_that_there_is_of_the_name_itself) {
  ask("POST", "/v1/reports", R"([{"client":"my%20phone","lat":1,"lon":2},{"client":"my phone","lat":3,"lon":4}])");
  ask("POST", "/v1/reports", R"([{"client":"my%20phone","lat":5,"lon":6}])");
  EXPECT_EQ(herd.locate("my%20phone"), "AT Riley +0.000000000 my%20phone +3+4 1621464828.22337189");
  EXPECT_EQ(herd.locate("my%2520phone"), "AT Riley +0.000000000 my%2520phone +5+6 1621464828.223371889");
}

TEST_F(HttpReports, need_the_right_to_report_the_client_that_is_meant) {
  const auto only = [](const std::string& client) {
    return std::make_shared<protocols::Grant>(std::vector{client}, std::vector{protocols::Verb::report});
  };
  access.grants = {{"Bearer all", protocols::Grant::everything()},
                   {"Bearer encoded", only("my%2520phone")},
                   {"Bearer told", only("my%20phone")}};
  const auto status = [this](std::string_view token) {
    return response("POST", "/v1/reports", R"([{"client":"my%20phone","lat":3,"lon":4}])", {{"Authorization", token}})
        .status;
  };
  EXPECT_EQ(status("Bearer told"), 403) << "as long as there is no such client";
  EXPECT_EQ(response("PUT", "/v1/clients/my%20phone", R"({"lat":1,"lon":2})", {{"Authorization", "Bearer all"}}).status,
            200);
  EXPECT_EQ(status("Bearer encoded"), 403);
  EXPECT_EQ(herd.locate("my%20phone"), "AT Riley +0.000000000 my%20phone +1+2 1621464828.223371889");
  EXPECT_EQ(status("Bearer told"), 200);
  EXPECT_EQ(herd.locate("my%20phone"), "AT Riley +0.000000000 my%20phone +3+4 1621464828.223371889");
}

TEST_F(HttpReports, beyond_the_rate_of_an_address_are_refused) {
  access.requests_left = 129;  // the request itself is one
  std::string body;
  for (int i = 0; i < 200; ++i)
    body += R"({"client":"p)" + std::to_string(i) +
            R"(","lat":1,"lon":2})"
            "\n";
  const auto made = response("POST", "/v1/reports", body);
  EXPECT_EQ(made.body.substr(0, 58), R"({"accepted":128,"refused":72,"errors":[{"index":128,"line")");
  access.requests_left = 1;
  const auto refused = response("POST", "/v1/reports", body);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.fields, (decltype(refused.fields){{"Retry-After", "1"}}));
}

}  // namespace
}  // namespace herd::api
