#include "herd/protocols/line_protocol.h"

#include <gtest/gtest.h>
#include <string>

#include "herd/places/nearby_search.h"
#include "protocols/conversation.h"
#include "protocols/credulous_herd.h"

namespace herd::protocols {
namespace {

using Next = LineProtocol::Next;

constexpr Time now = 5'123456789;

struct LineProtocolTest : testing::Test {
  std::string say(std::string_view bytes) { return client.say(bytes, now); }
  std::string hang_up() { return client.hang_up(now); }

  CredulousHerd herd;
  Conversation client{herd};
};

TEST_F(LineProtocolTest, answers_a_report_with_its_AT_line) {
  EXPECT_EQ(say("IAMAT kiwi.cs.ucla.edu +34.068930-118.445127 1621464827.959498503\n"),
            "AT Riley -1621464822.836041714 kiwi.cs.ucla.edu +34.068930-118.445127 1621464827.959498503\n");
  EXPECT_EQ(say("\tIAMAT  kiwi\v+1+1\f5 \r\n"), "AT Riley +0.123456789 kiwi +1+1 5\n");
  EXPECT_EQ(herd.invalid, 0U);
}

TEST_F(LineProtocolTest, answers_a_question_with_the_stored_AT_line_the_places_and_an_empty_line) {
  say("IAMAT kiwi +34.068930-118.445127 5\n");
  EXPECT_EQ(say("WHATSAT kiwi 2.5 7\n"),
            "AT Riley +0.123456789 kiwi +34.068930-118.445127 5\n"
            "{\"near\": [340689300, -1184451270],\n"
            " \"radius_m\": 2500.000000, \"limit\": 7}\n"
            "\n");
}

TEST_F(LineProtocolTest, looks_for_no_places_where_none_are_wanted) {
  say("IAMAT kiwi +1+1 5\n");
  EXPECT_EQ(say("WHATSAT kiwi 10 0\nWHATSAT emu 10 0\nWHATSAT kiwi 10 0\n"),
            "AT Riley +0.123456789 kiwi +1+1 5\n" + places::nearby_search_json({}) +
                "\n\n? WHATSAT emu 10 0\nAT Riley +0.123456789 kiwi +1+1 5\n" + places::nearby_search_json({}) +
                "\n\n");
}

TEST_F(LineProtocolTest, gives_the_AT_line_and_the_places_in_one_write) {
  say("IAMAT kiwi +1+1 5\n");
  const auto answer = say("WHATSAT kiwi 10 5\n");
  EXPECT_EQ(client.writes.back(), answer);
}

TEST_F(LineProtocolTest, answers_everything_else_with_a_copy) {
  EXPECT_EQ(say("FLUFFYDOG\n"), "? FLUFFYDOG\n");
  EXPECT_EQ(say(" \t\v\fFLUFFY \t\v\f\r  DOG \r\n"), "? FLUFFY \t\v\f\r  DOG\n");
  EXPECT_EQ(say("iamat kiwi +1+1 5\n"), "? iamat kiwi +1+1 5\n");
  EXPECT_EQ(say("IAMAT kiwi +1+1\n"), "? IAMAT kiwi +1+1\n");
  EXPECT_EQ(say("IAMAT kiwi +1+1 5 more\n"), "? IAMAT kiwi +1+1 5 more\n");
  EXPECT_EQ(say("WHATSAT nobody 10 5\n"), "? WHATSAT nobody 10 5\n");
  EXPECT_EQ(say("AT Riley +0.263873386 kiwi +1+1 5\n"), "? AT Riley +0.263873386 kiwi +1+1 5\n");
  EXPECT_EQ(say({"\0\xff\x1c\xc2\xa0\n", 6}), std::string("? \0\xff\x1c\xc2\xa0\n", 8));
  EXPECT_EQ(herd.invalid, 8U);
  EXPECT_EQ(herd.reports, 0U);
}

TEST_F(LineProtocolTest, answers_a_report_that_the_herd_does_not_take_with_a_copy) {
  EXPECT_EQ(say(" IAMAT refused  +1+1 5\r\n"), "? IAMAT refused  +1+1 5\n");
  EXPECT_EQ(herd.invalid, 1U);
}

TEST_F(LineProtocolTest, answers_a_question_with_a_bad_radius_or_bound_with_a_copy) {
  say("IAMAT kiwi +1+1 5\n");
  for (const std::string command : {"WHATSAT kiwi 50.1 5", "WHATSAT kiwi -1 5", "WHATSAT kiwi 10 21",
                                    "WHATSAT kiwi 10 5.0", "WHATSAT kiwi 10", "WHATSAT kiwi 10 5 5"}) {
    EXPECT_EQ(say(command + "\n"), "? " + command + "\n");
  }
}

TEST_F(LineProtocolTest, does_not_answer_a_blank_line) {
  EXPECT_EQ(say("\n\r\n \n\t\v\f \r\n\nFLUFFYDOG\n\n \n"), "? FLUFFYDOG\n");
  EXPECT_EQ(herd.invalid, 1U);
  EXPECT_EQ(client.log.lines.size(), 2U);
}

TEST_F(LineProtocolTest, answers_in_the_order_of_the_commands_also_when_a_question_is_in_between) {
  EXPECT_EQ(say("ONE\nIAMAT kiwi +1+1 5\nWHATSAT kiwi 1 1\nTWO\nIAMAT kiwi +2+2 6\n\nWHATSAT kiwi 0 1\nTHREE\n"),
            "? ONE\n"
            "AT Riley +0.123456789 kiwi +1+1 5\n"
            "AT Riley +0.123456789 kiwi +1+1 5\n"
            "{\"near\": [10000000, 10000000],\n \"radius_m\": 1000.000000, \"limit\": 1}\n\n"
            "? TWO\n"
            "AT Riley -0.876543211 kiwi +2+2 6\n"
            "AT Riley -0.876543211 kiwi +2+2 6\n"
            "{\"near\": [20000000, 20000000],\n \"radius_m\": 0.000000, \"limit\": 1}\n\n"
            "? THREE\n");
}

TEST_F(LineProtocolTest, executes_what_came_with_a_question_while_that_waits_for_its_places) {
  LineProtocol protocol(herd, client.log, 1024, "127.0.0.1:5");
  std::string replies;
  protocol.push("IAMAT kiwi +1+1 5\nWHATSAT kiwi 10 5\nIAMAT kiwi +2+2 6\nWHATSAT kiwi 2 1\nONE\nWHATSAT emu 1 1\n");
  EXPECT_EQ(protocol.advance(now, replies), Next::places);
  EXPECT_EQ(replies, "AT Riley +0.123456789 kiwi +1+1 5\n");
  EXPECT_EQ(herd.reports, 2U);
  EXPECT_EQ(herd.invalid, 2U);
  const auto questions = protocol.take_questions();
  ASSERT_EQ(questions.size(), 2U);
  // Each is about where the client was when it was asked.
  EXPECT_EQ(questions[0].center, (geo::Location{10000000, 10000000}));
  EXPECT_EQ(questions[0].radius_m, 10'000);
  EXPECT_EQ(questions[0].limit, 5U);
  EXPECT_EQ(questions[1].center, (geo::Location{20000000, 20000000}));
  EXPECT_EQ(questions[1].limit, 1U);

  replies.clear();
  protocol.answer_places({"{1}", "{2}"});
  EXPECT_EQ(protocol.advance(now, replies), Next::write);
  EXPECT_EQ(replies,
            "AT Riley +0.123456789 kiwi +1+1 5\n{1}\n\n"
            "AT Riley -0.876543211 kiwi +2+2 6\n"
            "AT Riley -0.876543211 kiwi +2+2 6\n{2}\n\n"
            "? ONE\n? WHATSAT emu 1 1\n");
  replies.clear();
  EXPECT_EQ(protocol.advance(now, replies), Next::input);
  EXPECT_EQ(replies, "");
}

TEST_F(LineProtocolTest, keeps_the_order_of_a_question_that_wants_no_places_behind_one_that_does) {
  say("IAMAT kiwi +1+1 5\n");
  const std::string at_line = "AT Riley +0.123456789 kiwi +1+1 5\n";
  const auto places = Conversation::places_json({{10000000, 10000000}, 1000, 2}) + "\n";
  const auto none = places::nearby_search_json({}) + "\n\n";
  EXPECT_EQ(say("WHATSAT kiwi 1 2\nWHATSAT kiwi 1 0\nWHATSAT kiwi 1 2\nWHATSAT kiwi 1 0\n"),
            at_line + places + at_line + none + at_line + places + at_line + none);
  EXPECT_EQ(client.questions, std::vector<std::size_t>{2});
}

TEST_F(LineProtocolTest, asks_64_questions_at_a_time) {
  say("IAMAT kiwi +1+1 5\n");
  std::string commands;
  std::string replies;
  for (int i = 0; i < 150; ++i) {
    commands += "WHATSAT kiwi 1 1\nONE\n";
    replies += "AT Riley +0.123456789 kiwi +1+1 5\n" + Conversation::places_json({{10000000, 10000000}, 1000, 1}) +
               "\n? ONE\n";
  }
  EXPECT_EQ(say(commands), replies);
  EXPECT_EQ(client.questions, (std::vector<std::size_t>{64, 64, 22}));
}

TEST_F(LineProtocolTest, lets_64_questions_wait_at_a_time_also_if_some_want_no_places) {
  say("IAMAT kiwi +1+1 5\n");
  std::string commands = "WHATSAT kiwi 1 1\n";
  for (int i = 0; i < 64; ++i) commands += "WHATSAT kiwi 1 0\n";
  say(commands + "WHATSAT kiwi 1 1\nWHATSAT kiwi 1 1\n");
  EXPECT_EQ(client.questions, (std::vector<std::size_t>{1, 2}));
}

TEST_F(LineProtocolTest, asks_for_no_more_places_at_a_time_than_a_full_write_has_room_for) {
  say("IAMAT kiwi +1+1 5\n");
  std::string commands;
  for (int i = 0; i < 30; ++i) commands += "WHATSAT kiwi 1 20\n";
  say(commands);
  // The thirteenth begins below the bound.
  static_assert(LineProtocol::replies_bytes_max / (20 * LineProtocol::bytes_per_place) == 12);
  EXPECT_EQ(client.questions, (std::vector<std::size_t>{13, 13, 4}));
}

TEST_F(LineProtocolTest, executes_no_more_behind_a_question_than_fills_a_write) {
  say("IAMAT kiwi +1+1 5\n");
  const std::string line(1000, 'x');
  std::string commands = "WHATSAT kiwi 1 1\n";
  for (int i = 0; i < 1000; ++i) commands += line + "\n";
  LineProtocol protocol(herd, client.log, 1024, "127.0.0.1:5");
  std::string replies;
  protocol.push(commands);
  EXPECT_EQ(protocol.advance(now, replies), Next::places);
  EXPECT_EQ(replies, "");
  protocol.answer_places({"{}"});
  EXPECT_EQ(protocol.advance(now, replies), Next::write);
  EXPECT_GT(replies.size(), LineProtocol::replies_bytes_max - 2 * 1024);
  EXPECT_LT(replies.size(), LineProtocol::replies_bytes_max + 1003);
  EXPECT_EQ(client.say(commands, now).size(), std::string("AT Riley +0.123456789 kiwi +1+1 5\n").size() +
                                                  Conversation::places_json({{10000000, 10000000}, 1000, 1}).size() +
                                                  1 + 1000 * 1003);
}

TEST_F(LineProtocolTest, hands_out_large_answers_as_the_client_takes_them_and_in_order) {
  say("IAMAT kiwi +1+1 5\n");
  LineProtocol protocol(herd, client.log, 1024, "127.0.0.1:5");
  protocol.push("WHATSAT kiwi 1 1\nONE\nWHATSAT kiwi 1 1\nWHATSAT kiwi 1 1\nWHATSAT kiwi 1 0\nTWO\n");
  std::string replies;
  EXPECT_EQ(protocol.advance(now, replies), Next::places);
  const std::string at_line = "AT Riley +0.123456789 kiwi +1+1 5\n";
  const std::string large(LineProtocol::replies_bytes_max, 'x');
  const auto turn = [&](Next next) {
    std::string taken;
    EXPECT_EQ(protocol.advance(now, taken), next);
    return taken;
  };
  protocol.answer_places({large + "1", large + "2", large + "3"});
  EXPECT_EQ(turn(Next::write), at_line + large + "1\n\n");
  EXPECT_EQ(turn(Next::write), "? ONE\n" + at_line + large + "2\n\n");
  EXPECT_EQ(turn(Next::write), at_line + large + "3\n\n");
  EXPECT_EQ(turn(Next::write), at_line + places::nearby_search_json({}) + "\n\n? TWO\n");
  EXPECT_EQ(turn(Next::input), "");
}

TEST_F(LineProtocolTest, fills_a_write_with_answers_and_no_more_than_the_last_of_them_is_over_it) {
  say("IAMAT kiwi +1+1 5\n");
  LineProtocol protocol(herd, client.log, 1024, "127.0.0.1:5");
  std::string commands;
  std::string expected;
  std::vector<std::string> answers;
  for (std::size_t i = 0; i < LineProtocol::questions_max; ++i) {
    commands += "WHATSAT kiwi 1 1\n";
    answers.emplace_back(20'000 + i, 'x');
    expected += "AT Riley +0.123456789 kiwi +1+1 5\n" + answers.back() + "\n\n";
  }
  protocol.push(commands);
  std::string replies;
  EXPECT_EQ(protocol.advance(now, replies), Next::places);
  protocol.answer_places(std::move(answers));
  std::string all;
  std::vector<std::size_t> sizes;
  while (protocol.advance(now, replies) == Next::write) {
    sizes.push_back(replies.size());
    all += replies;
    replies.clear();
  }
  EXPECT_EQ(all, expected);
  ASSERT_EQ(sizes.size(), 5U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_GE(sizes[i], LineProtocol::replies_bytes_max);
    EXPECT_LT(sizes[i], LineProtocol::replies_bytes_max + 20'100);
  }
}

TEST_F(LineProtocolTest, asks_again_for_what_was_not_answered) {
  say("IAMAT kiwi +1+1 5\n");
  LineProtocol protocol(herd, client.log, 1024, "127.0.0.1:5");
  protocol.push("WHATSAT kiwi 1 1\nONE\nWHATSAT kiwi 1 0\nWHATSAT kiwi 1 2\nWHATSAT kiwi 1 3\nTWO\n");
  std::string replies;
  EXPECT_EQ(protocol.advance(now, replies), Next::places);
  const auto limits = [&] {
    std::vector<std::size_t> all;
    for (const auto& question : protocol.take_questions()) all.push_back(question.limit);
    return all;
  };
  const std::string at_line = "AT Riley +0.123456789 kiwi +1+1 5\n";
  EXPECT_EQ(limits(), (std::vector<std::size_t>{1, 2, 3}));
  protocol.answer_places({"{1}"});
  EXPECT_EQ(protocol.advance(now, replies), Next::places);
  EXPECT_EQ(replies, at_line + "{1}\n\n? ONE\n" + at_line + places::nearby_search_json({}) + "\n\n");
  EXPECT_EQ(limits(), (std::vector<std::size_t>{2, 3}));
  replies.clear();
  protocol.answer_places({"{2}", "{3}"});
  EXPECT_EQ(protocol.advance(now, replies), Next::write);
  EXPECT_EQ(replies, at_line + "{2}\n\n" + at_line + "{3}\n\n? TWO\n");
  EXPECT_EQ(protocol.advance(now, replies), Next::input);
}

TEST_F(LineProtocolTest, answers_a_question_before_it_closes_because_of_a_line_over_the_limit) {
  Conversation limited(herd, 1024);
  limited.say("IAMAT kiwi +1+1 5\n", now);
  EXPECT_EQ(limited.say("WHATSAT kiwi 1 1\nONE\n" + std::string(2000, 'x') + "\nTWO\n"),
            "AT Riley +0.123456789 kiwi +1+1 5\n" + Conversation::places_json({{10000000, 10000000}, 1000, 1}) +
                "\n? ONE\n? " + std::string(64, 'x') + "\n");
  EXPECT_TRUE(limited.closed);
}

TEST_F(LineProtocolTest, makes_one_of_the_newlines_that_follow_each_other_in_the_places) {
  LineProtocol protocol(herd, client.log, 1024, "127.0.0.1:5");
  const std::string line = "AT Riley +0.123456789 kiwi +1+1 5\n";
  const auto answer_of = [&](const std::string& json) {
    std::string replies;
    protocol.push("IAMAT kiwi +1+1 5\nWHATSAT kiwi 10 5\n");
    EXPECT_EQ(protocol.advance(now, replies), Next::places);
    replies.clear();
    protocol.answer_places({json});
    EXPECT_EQ(protocol.advance(now, replies), Next::write);
    EXPECT_EQ(protocol.advance(now, replies), Next::input);
    EXPECT_TRUE(replies.starts_with(line));
    return replies.substr(line.size());
  };
  EXPECT_EQ(answer_of("a\n\n\nb\n\n"), "a\nb\n\n");
  EXPECT_EQ(answer_of("{}"), "{}\n\n");
  EXPECT_EQ(answer_of("{}\n"), "{}\n\n");
  EXPECT_EQ(answer_of("{}\n\n\n\n"), "{}\n\n");
  EXPECT_EQ(answer_of("{\n  \"a\": 1\n}\n"), "{\n  \"a\": 1\n}\n\n");
  EXPECT_EQ(answer_of("a\n\nb\nc\n\n\nd"), "a\nb\nc\nd\n\n");
  EXPECT_EQ(answer_of("a\n \nb\r\n\r\nc"), "a\n \nb\r\n\r\nc\n\n");
  // At its beginning they would follow that of the AT line and end the answer.
  EXPECT_EQ(answer_of("\n\n{}"), "{}\n\n");
}

TEST_F(LineProtocolTest, gives_the_same_replies_wherever_the_stream_is_cut) {
  const std::string_view bytes =
      "IAMAT kiwi +1+1 5\r\n\nFLUFFY  DOG\nWHATSAT kiwi 10 5\n IAMAT emu -2-2 6.5\t\nWHATSAT emu 0 1\nWHATSAT emu 0 0\n"
      "WHATSAT owl 0 1\nIAMAT owl +1+1 5\nWHATSAT owl 0 1";
  const auto whole = say(bytes) + hang_up();
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    CredulousHerd anew;
    Conversation other(anew);
    auto replies = other.say(bytes.substr(0, cut), now);
    replies += other.say(bytes.substr(cut), now);
    replies += other.hang_up(now);
    ASSERT_EQ(replies, whole) << "cut at " << cut;
  }
  CredulousHerd anew;
  Conversation other(anew);
  std::string replies;
  for (const char byte : bytes) replies += other.say({&byte, 1}, now);
  EXPECT_EQ(replies + other.hang_up(now), whole);
}

TEST_F(LineProtocolTest, takes_a_last_line_without_LF_for_a_command_when_the_client_half_closes) {
  EXPECT_EQ(say("ONE\nIAMAT kiwi +1+1 5"), "? ONE\n");
  EXPECT_EQ(hang_up(), "AT Riley +0.123456789 kiwi +1+1 5\n");
}

TEST_F(LineProtocolTest, answers_a_question_that_a_half_close_ended) {
  say("IAMAT kiwi +1+1 5\nWHATSAT kiwi 0 1");
  EXPECT_EQ(hang_up(),
            "AT Riley +0.123456789 kiwi +1+1 5\n"
            "{\"near\": [10000000, 10000000],\n \"radius_m\": 0.000000, \"limit\": 1}\n\n");
}

TEST_F(LineProtocolTest, closes_without_a_word_when_nothing_is_left_at_a_half_close) {
  EXPECT_EQ(say("ONE\n \t"), "? ONE\n");
  EXPECT_EQ(hang_up(), "");
}

TEST_F(LineProtocolTest, takes_lines_up_to_the_limit) {
  Conversation limited(herd, 1024);
  const std::string line(1024, 'x');
  EXPECT_EQ(limited.say(line + "\n"), "? " + line + "\n");
  EXPECT_EQ(limited.say(line), "");
  EXPECT_EQ(limited.say("\nONE\n"), "? " + line + "\n? ONE\n");
  EXPECT_FALSE(limited.closed);
}

TEST_F(LineProtocolTest, answers_a_line_over_the_limit_with_its_first_64_bytes_and_closes) {
  const auto beginning = " IAMAT kiwi " + std::string(52, 'y');
  const auto line = beginning + std::string(1024 - 64, 'z') + "!";
  for (const auto* rest : {"", "\n", "\nONE\n", "more"}) {
    Conversation limited(herd, 1024);
    EXPECT_EQ(limited.say("ONE\n" + line + rest), "? ONE\n? " + beginning + "\n");
    EXPECT_TRUE(limited.closed);
  }
  EXPECT_EQ(herd.invalid, 8U);
}

TEST_F(LineProtocolTest, does_not_wait_for_the_end_of_a_line_that_is_too_long_already) {
  Conversation limited(herd, 1024);
  EXPECT_EQ(limited.say(std::string(1024, 'x')), "");
  EXPECT_EQ(limited.say("x"), "? " + std::string(64, 'x') + "\n");
  EXPECT_TRUE(limited.closed);
}

TEST_F(LineProtocolTest, takes_nothing_from_a_browser_that_sends_it_a_request_of_a_web_page) {
  EXPECT_EQ(say("POST / HTTP/1.1\r\nHost: 127.0.0.1:12000\r\n\r\nIAMAT kiwi +1+1 5\n"), "? POST / HTTP/1.1\n");
  EXPECT_TRUE(client.closed);
  EXPECT_EQ(herd.locate("kiwi"), std::nullopt);
}

TEST_F(LineProtocolTest, goes_on_after_what_only_looks_like_a_request_with_a_body) {
  EXPECT_EQ(say("GET / HTTP/1.1\nPOST\nPOST / HTTP/1.1 \f x\nIAMAT kiwi +1+1 5\n"),
            "? GET / HTTP/1.1\n? POST\n? POST / HTTP/1.1 \f x\nAT Riley +0.123456789 kiwi +1+1 5\n");
}

TEST_F(LineProtocolTest, answers_what_came_before_a_request_of_a_web_page) {
  say("IAMAT kiwi +1+1 5\n");
  const auto replies = say("WHATSAT kiwi 10 5\nPOST / HTTP/1.0\nIAMAT kiwi +2+2 6\n");
  EXPECT_TRUE(replies.starts_with("AT Riley +0.123456789 kiwi +1+1 5\n{"));
  EXPECT_TRUE(replies.ends_with("\n\n? POST / HTTP/1.0\n"));
  EXPECT_TRUE(client.closed);
  EXPECT_EQ(herd.locate("kiwi"), "AT Riley +0.123456789 kiwi +1+1 5");
}

TEST_F(LineProtocolTest, goes_on_after_a_write_once_the_replies_of_a_turn_are_many) {
  const std::string line(1000, 'x');
  std::string commands;
  std::string replies;
  for (int i = 0; i < 1000; ++i) {
    commands += line + "\n";
    replies += "? " + line + "\n";
  }
  EXPECT_EQ(say(commands), replies);
  ASSERT_EQ(client.writes.size(), 4U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_GE(client.writes[i].size(), LineProtocol::replies_bytes_max);
    EXPECT_LT(client.writes[i].size(), LineProtocol::replies_bytes_max + 1003);
  }
}

TEST_F(LineProtocolTest, answers_all_that_waits_behind_a_full_write_also_after_a_half_close) {
  const std::string line(100'000, 'x');
  Conversation wide(herd, 200'000);
  EXPECT_EQ(wide.say(line + "\n" + line + "\n" + line), "? " + line + "\n? " + line + "\n");
  EXPECT_EQ(wide.hang_up(), "? " + line + "\n");
}

TEST_F(LineProtocolTest, logs_what_came_in_and_what_went_out) {
  say(" IAMAT kiwi +1+1 5\r\n\nFLUFFYDOG\nWHATSAT kiwi 0 1\n");
  const std::string places = "{\"near\": [10000000, 10000000],\n \"radius_m\": 0.000000, \"limit\": 1}";
  EXPECT_EQ(client.log.lines, (std::vector<std::string>{
                                  "in 127.0.0.1:5 IAMAT kiwi +1+1 5",
                                  "out 127.0.0.1:5 AT Riley +0.123456789 kiwi +1+1 5",
                                  "in 127.0.0.1:5 FLUFFYDOG",
                                  "out 127.0.0.1:5 ? FLUFFYDOG",
                                  "in 127.0.0.1:5 WHATSAT kiwi 0 1",
                                  "out 127.0.0.1:5 AT Riley +0.123456789 kiwi +1+1 5\n" + places,
                              }));
}

TEST_F(LineProtocolTest, logs_replies_that_wait_for_places_when_they_go_out) {
  say("IAMAT kiwi +1+1 5\n");
  client.log.lines.clear();
  say("WHATSAT kiwi 0 1\nIAMAT kiwi +1+1 6\nWHATSAT emu 1 1\nWHATSAT kiwi 1 0\n");
  const std::string places = "{\"near\": [10000000, 10000000],\n \"radius_m\": 0.000000, \"limit\": 1}";
  EXPECT_EQ(client.log.lines,
            (std::vector<std::string>{
                "in 127.0.0.1:5 WHATSAT kiwi 0 1",
                "in 127.0.0.1:5 IAMAT kiwi +1+1 6",
                "in 127.0.0.1:5 WHATSAT emu 1 1",
                "in 127.0.0.1:5 WHATSAT kiwi 1 0",
                "out 127.0.0.1:5 AT Riley +0.123456789 kiwi +1+1 5\n" + places,
                "out 127.0.0.1:5 AT Riley -0.876543211 kiwi +1+1 6",
                "out 127.0.0.1:5 ? WHATSAT emu 1 1",
                "out 127.0.0.1:5 AT Riley -0.876543211 kiwi +1+1 6\n" + places::nearby_search_json({}),
            }));
}

TEST_F(LineProtocolTest, logs_a_line_over_the_limit) {
  Conversation limited(herd, 1024);
  const std::string line(1025, 'x');
  limited.say(line);
  EXPECT_EQ(limited.log.lines,
            (std::vector<std::string>{"in 127.0.0.1:5 " + line, "out 127.0.0.1:5 ? " + std::string(64, 'x')}));
}

}  // namespace
}  // namespace herd::protocols
