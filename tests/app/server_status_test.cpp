#include "herd/app/server_status.h"

#include <gtest/gtest.h>
#include <string>
#include <string_view>

namespace herd::app {
namespace {

constexpr std::string_view riley =
    R"({"server":"Riley","herd":"ucla","version":"0.1.0","uptime_s":12.945,"clients":123,"reports":1000,)"
    R"("reports_per_s":50.04,"changes":2000,"connections":3,"invalid_commands":0,"clients_refused":0,)"
    R"("log_lines_dropped":0,"links":[{"peer":"Jaquez","state":"up","since_s":3.2,"round_trip_us":110,"lag_ms":0.4,)"
    R"("unacknowledged":12,"records_in":1,"records_out":2,"bytes_in":100,"bytes_out":200,"connects":1,"reason":""},)"
    R"({"peer":"Juzang","state":"down","since_s":3.999,"round_trip_us":0,"lag_ms":null,"unacknowledged":0,)"
    R"("records_in":0,"records_out":0,"bytes_in":0,"bytes_out":0,"connects":0,"reason":"connection refused"}]})";

/// A status with this uptime and one link that has been in this state for three seconds.
Result<ServerStatus> status_with(const std::string& uptime_s, const std::string& state, const std::string& lag_ms) {
  return parse_status(R"({"server":"A","uptime_s":)" + uptime_s +
                          R"(,"clients":0,"reports_per_s":0,"connections":0,"links":[{"peer":"B","state":")" + state +
                          R"(","since_s":3,"lag_ms":)" + lag_ms + "}]}",
                      "A");
}

TEST(StatusTable, shows_each_server_with_its_links_or_why_it_did_not_answer) {
  EXPECT_EQ(status_table({{"Riley", parse_status(riley, "Riley")},
                          {"Jaquez", Error{"127.0.0.1:14001: Connection refused"}},
                          {"Bernard", parse_status(R"({"server":"Bernard","uptime_s":86400,"clients":1234567,)"
                                                   R"("reports_per_s":101000,"connections":10,"links":[]})",
                                                   "Bernard")}},
                         false),
            "SERVER   STATE    CLIENTS  REPORTS/S  CONNECTIONS  LINKS\n"
            "Riley    up 12 s      123       50.0            3  Jaquez up 0.4 ms, Juzang down 3 s\n"
            "Jaquez   down           -          -            -  127.0.0.1:14001: Connection refused\n"
            "Bernard  up 24 h  1234567   101000.0           10  -\n");
}

TEST(StatusTable, on_a_terminal_what_is_up_is_green_what_is_down_is_red_and_a_missing_link_is_yellow) {
  EXPECT_EQ(status_table({{"Riley", parse_status(riley, "Riley")}, {"Jaquez", Error{"gone"}}}, true),
            "\x1b[1mSERVER\x1b[0m  \x1b[1mSTATE\x1b[0m    \x1b[1mCLIENTS\x1b[0m  \x1b[1mREPORTS/S\x1b[0m  "
            "\x1b[1mCONNECTIONS\x1b[0m  \x1b[1mLINKS\x1b[0m\n"
            "Riley   \x1b[32mup 12 s\x1b[0m      123       50.0            3  "
            "\x1b[33mJaquez up 0.4 ms, Juzang down 3 s\x1b[0m\n"
            "Jaquez  \x1b[31mdown\x1b[0m           -          -            -  gone\n");
}

TEST(StatusTable, spans_and_lags_are_shown_in_the_unit_that_suits_them) {
  const auto row = [](const std::string& uptime_s, const std::string& state, const std::string& lag_ms) {
    const auto table = status_table({{"A", status_with(uptime_s, state, lag_ms)}}, false);
    const auto second_line = table.substr(table.find('\n') + 1);
    std::string squeezed;
    for (const char c : second_line) {
      if (c != ' ' || !squeezed.ends_with(' ')) squeezed += c;
    }
    return squeezed;
  };
  EXPECT_EQ(row("0", "up", "0"), "A up 0 s 0 0.0 0 B up 0.0 ms\n");
  EXPECT_EQ(row("59.99", "up", "null"), "A up 59 s 0 0.0 0 B up\n");
  EXPECT_EQ(row("60", "up", "999.9"), "A up 1 min 0 0.0 0 B up 999.9 ms\n");
  EXPECT_EQ(row("3599", "up", "1000"), "A up 59 min 0 0.0 0 B up 1.0 s\n");
  EXPECT_EQ(row("172799", "up", "12340"), "A up 47 h 0 0.0 0 B up 12.3 s\n");
  EXPECT_EQ(row("172800", "connecting", "7"), "A up 2 d 0 0.0 0 B connecting 3 s\n");
}

TEST(StatusTable, says_which_link_is_catching_up) {
  const auto status =
      parse_status(R"({"server":"A","uptime_s":1,"clients":0,"reports_per_s":0,"connections":0,"links":[)"
                   R"({"peer":"B","state":"up","since_s":3,"lag_ms":0.1,"catching_up":true},)"
                   R"({"peer":"C","state":"up","since_s":3,"lag_ms":0.1,"catching_up":false}]})",
                   "A");
  EXPECT_EQ(status_table({{"A", status}}, false),
            "SERVER  STATE   CLIENTS  REPORTS/S  CONNECTIONS  LINKS\n"
            "A       up 1 s        0        0.0            0  B up, catching up, C up 0.1 ms\n");
}

TEST(StatusTable, a_server_that_answers_without_a_status_is_not_down) {
  const auto row = [](int http_status, const std::string& body, bool has_token) {
    const auto answer = read_answer("A", "127.0.0.1:1", net::HttpAnswer{http_status, body}, has_token);
    const auto table = status_table({answer}, false);
    return table.substr(table.find('\n') + 1);
  };
  EXPECT_EQ(row(401, "", false),
            "A       answers        -          -            -  127.0.0.1:1: needs a token that may \"status\": "
            "PROXYHERD_TOKEN=ph_... proxyherd status\n");
  EXPECT_EQ(row(401, "", true),
            "A       answers        -          -            -  127.0.0.1:1: does not know the token in "
            "PROXYHERD_TOKEN\n");
  EXPECT_EQ(row(403, "", true),
            "A       answers        -          -            -  127.0.0.1:1: the token in PROXYHERD_TOKEN may not "
            "\"status\"; proxyherd token list shows which may\n");
  EXPECT_EQ(row(400, R"({"detail":"this port speaks TLS: use https://"})", false),
            "A       answers        -          -            -  127.0.0.1:1: speaks TLS, of which herd.toml knows "
            "nothing; clients in its [tls] says where TLS is spoken\n");
  EXPECT_EQ(row(400, "", false), "A       down         -          -            -  127.0.0.1:1: HTTP status 400\n");
  EXPECT_EQ(read_answer("Riley", "127.0.0.1:1", net::HttpAnswer{200, std::string(riley)}, false).status->uptime_s,
            12.945);
}

TEST(StatusTable, a_server_that_is_not_trusted_is_not_down) {
  const auto not_trusted = net::HttpFailure{{"it does not speak TLS"}, true};
  const auto unreachable = net::HttpFailure{{"Connection refused"}, false};
  EXPECT_EQ(status_table({read_answer("A", "127.0.0.1:1", not_trusted, false),
                          read_answer("B", "127.0.0.1:2", unreachable, false)},
                         false),
            "SERVER  STATE    CLIENTS  REPORTS/S  CONNECTIONS  LINKS\n"
            "A       answers        -          -            -  127.0.0.1:1: it does not speak TLS\n"
            "B       down           -          -            -  127.0.0.1:2: Connection refused\n");
}

TEST(StatusJson, is_one_array_of_the_answers_as_they_came) {
  EXPECT_EQ(status_json({{"Riley", parse_status(std::string(riley) + "\n", "Riley")}, {"Jaquez", Error{"\"gone\""}}}),
            R"([{"server":"Riley","ok":true,"status":)" + std::string(riley) +
                R"(},{"server":"Jaquez","ok":false,"error":"\"gone\""}])"
                "\n");
  EXPECT_EQ(status_json({}), "[]\n");
}

TEST(ServerStatus, an_answer_that_is_no_status_is_an_error) {
  const std::string no_status = "what answers there is no proxyherd server of this version";
  EXPECT_EQ(parse_status("", "A").error().message, no_status);
  EXPECT_EQ(parse_status("<html>", "A").error().message, no_status);
  EXPECT_EQ(parse_status("[]", "A").error().message, no_status);
  EXPECT_EQ(parse_status(R"({"server":"A"})", "A").error().message, no_status);
  EXPECT_EQ(status_with("\"long\"", "up", "1").error().message, no_status);
  EXPECT_EQ(parse_status(riley, "Jaquez").error().message, "another server answers there: Riley");
}

}  // namespace
}  // namespace herd::app
