#include "herd/load/held_check.h"

#include <future>
#include <gtest/gtest.h>

#include "herd/load/whatsat_conversation.h"
#include "herd/net/clock.h"
#include "net/loopback_listener.h"

namespace herd::load {
namespace {

constexpr std::string_view answer =
    "AT Riley +0.263873386 kiwi +34.068930-118.445127 1621464827.959498503\n"
    "{\n   \"results\": []\n}\n\n";

/// A server that reads up to each of these questions, whole, and answers.
struct Turn {
  std::string question;
  std::string answer;
};

bool never() {
  return false;
}

std::future<std::string> serve(net::LoopbackListener& listener, std::vector<Turn> turns) {
  return std::async(std::launch::async, [&listener, turns = std::move(turns)] {
    auto conversation = listener.accept();
    std::string heard;
    for (const auto& turn : turns) {
      heard += conversation.read_until(turn.question);
      conversation.write(turn.answer);
    }
    return heard + conversation.read_to_end();
  });
}

net::ClientSocket connected(const net::LoopbackListener& listener) {
  return net::ClientSocket::connect("127.0.0.1", listener.port(), 5 * second).value();
}

TEST(WhatsatAnswer, is_whole_with_its_two_newlines) {
  const auto text = std::string(answer) + "? WHATSAT nobody 0 0\nAT";
  for (std::size_t cut = 0; cut < answer.size(); ++cut) {
    const auto part = first_whatsat_answer(answer.substr(0, cut));
    ASSERT_TRUE(part);
    ASSERT_FALSE(*part) << cut;
  }
  const auto whole = first_whatsat_answer(text);
  ASSERT_TRUE(whole && *whole);
  EXPECT_EQ((*whole)->line, answer.substr(0, answer.find('\n')));
  EXPECT_EQ((*whole)->bytes, answer.size());
  const auto refusal = first_whatsat_answer(std::string_view(text).substr(answer.size()));
  ASSERT_TRUE(refusal && *refusal);
  EXPECT_EQ((*refusal)->line, "? WHATSAT nobody 0 0");
  EXPECT_EQ((*refusal)->bytes, (*refusal)->line.size() + 1);
}

TEST(WhatsatAnswer, anything_else_or_beyond_1_MiB_is_an_error) {
  EXPECT_EQ(first_whatsat_answer("HTTP/1.1 400 Bad Request\r\n").error().message,
            "answered \"HTTP/1.1 400 Bad Request\\x0d\" to WHATSAT");
  EXPECT_EQ(first_whatsat_answer(std::string(1024 * 1024 + 1, 'x')).error().message,
            "sent an answer longer than 1 MiB");
  EXPECT_TRUE(first_whatsat_answer(std::string(1024 * 1024, 'x')));
}

TEST(WhatsatAnswer, says_when_its_client_reported) {
  const auto line = answer.substr(0, answer.find('\n'));
  EXPECT_EQ(reported_time(line, "kiwi"), 1'621'464'827'959'498'503);
  EXPECT_EQ(reported_time(line, "apple"), std::nullopt);
  EXPECT_EQ(reported_time("? WHATSAT kiwi 0 0", "kiwi"), std::nullopt);
  EXPECT_EQ(reported_time("AT Riley +0.1 kiwi +1+2 soon", "kiwi"), std::nullopt);
}

TEST(HeldCheck, asks_again_until_a_server_holds_the_report_or_a_later_one) {
  net::LoopbackListener listener;
  const auto time = [](const std::string& client, const std::string& seconds) {
    return "AT S +0.000000001 " + client + " +1+2 " + seconds + "\n{}\n\n";
  };
  auto heard = serve(listener, {{"WHATSAT a 0 0\nWHATSAT b 0 0\nWHATSAT c 0 0\n",
                                 time("a", "100") + time("b", "99") + "? WHATSAT c 0 0\n"},
                                {"WHATSAT b 0 0\nWHATSAT c 0 0\n", time("b", "100.5") + "? WHATSAT c 0 0\n"},
                                {"WHATSAT c 0 0\n", time("c", "101")}});
  const std::vector<HeldQuestion> questions{{"a", 100 * second}, {"b", 100 * second}, {"c", 100 * second}};
  const auto not_held = find_not_held(connected(listener), questions, 3600 * second, never);
  ASSERT_TRUE(not_held);
  EXPECT_TRUE(not_held->empty());
  EXPECT_EQ(heard.get(),
            "WHATSAT a 0 0\nWHATSAT b 0 0\nWHATSAT c 0 0\n"
            "WHATSAT b 0 0\nWHATSAT c 0 0\n"
            "WHATSAT c 0 0\n");
}

TEST(HeldCheck, names_those_that_are_not_held_when_the_time_is_up) {
  net::LoopbackListener listener;
  auto heard = serve(listener, {{"WHATSAT b 0 0\n", "? WHATSAT a 0 0\nAT S +0.000000001 b +1+2 7\n{}\n\n"}});
  const auto not_held = find_not_held(connected(listener), {{"a", 1}, {"b", 8 * second}}, -second, never);
  ASSERT_TRUE(not_held);
  EXPECT_EQ(*not_held, (std::vector<std::size_t>{0, 1}));
  heard.get();
}

TEST(HeldCheck, can_be_given_up) {
  net::LoopbackListener listener;
  auto heard = serve(listener, {});
  const auto not_held = find_not_held(connected(listener), {{"a", 1}}, 3600 * second, [] { return true; });
  EXPECT_EQ(not_held.error().message, "interrupted");
  EXPECT_EQ(heard.get(), "WHATSAT a 0 0\n");
}

TEST(HeldCheck, says_what_is_there_instead_of_a_line_port) {
  net::LoopbackListener listener;
  auto heard = serve(listener, {{"\n", "HTTP/1.1 400 Bad Request\r\n"}});
  EXPECT_EQ(check_line_port(connected(listener), 10 * second).error().message,
            "answered \"HTTP/1.1 400 Bad Request\\x0d\" to WHATSAT");
  EXPECT_EQ(heard.get(), "WHATSAT bench-is-anybody-there 0 0\n");

  auto silent = serve(listener, {});
  EXPECT_EQ(check_line_port(connected(listener), 10 * millisecond).error().message, "does not answer WHATSAT");
  silent.get();

  auto herd = serve(listener, {{"\n", "? WHATSAT bench-is-anybody-there 0 0\n"}});
  EXPECT_TRUE(check_line_port(connected(listener), 10 * second));
  herd.get();
}

}  // namespace
}  // namespace herd::load
