#include "herd/app/command_answers.h"

#include <gtest/gtest.h>
#include <string>
#include <utility>

namespace herd::app {
namespace {

constexpr std::string_view at = "AT Riley +0.263873386 kiwi +1+1 5\n";
constexpr std::string_view places = "{\n   \"results\": []\n}\n\n";

/// How many of how many commands were answered.
std::pair<std::uint64_t, std::uint64_t> counts(const CommandAnswers& answers) {
  return {answers.answered(), answers.commands()};
}

CommandAnswers conversation(std::string_view commands, std::string_view replies) {
  CommandAnswers answers;
  answers.sent(commands);
  answers.received(replies);
  answers.end();
  return answers;
}

using Counts = std::pair<std::uint64_t, std::uint64_t>;

TEST(CommandAnswers, are_counted_however_the_bytes_come) {
  const std::string commands =
      "IAMAT kiwi +1+1 5\n\n \r\n  WHATSAT\tkiwi 0 0\r\nwhatsat kiwi 0 0\nWHATSAT a 0 0\nIAMAT kiwi +1+1 5";
  const auto replies = std::string(at) + std::string(at) + std::string(places) +
                       "? whatsat kiwi 0 0\n? WHATSAT a 0 0\n" + std::string(at);
  for (std::size_t cut = 0; cut <= commands.size(); ++cut) {
    CommandAnswers answers;
    answers.sent(std::string_view(commands).substr(0, cut));
    answers.sent(std::string_view(commands).substr(cut));
    for (const char byte : replies) answers.received(std::string_view(&byte, 1));
    answers.end();
    EXPECT_EQ(counts(answers), Counts(5, 5)) << cut;
    EXPECT_EQ(answers.no_answer(), "");
    EXPECT_TRUE(answers.refused());
  }
  EXPECT_FALSE(conversation("IAMAT kiwi +1+1 5\n", at).refused());
}

TEST(CommandAnswers, that_were_cut_off_do_not_count) {
  const auto whole = std::string(at) + std::string(places);
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    const auto answers = conversation("WHATSAT kiwi 0 0\n", std::string_view(whole).substr(0, cut));
    EXPECT_EQ(counts(answers), Counts(0, 1)) << cut;
    EXPECT_EQ(answers.no_answer(), "") << cut;
  }
  for (std::size_t cut = 0; cut < at.size(); ++cut) {
    const auto answers =
        conversation("IAMAT kiwi +1+1 5\nIAMAT kiwi +1+1 5\n", std::string(at) + std::string(at.substr(0, cut)));
    EXPECT_EQ(counts(answers), Counts(1, 2)) << cut;
  }
}

TEST(CommandAnswers, to_a_line_that_is_too_long_come_before_its_end) {
  CommandAnswers answers;
  answers.sent(std::string(100'000, 'x'));
  answers.received("? xxxx\n");
  EXPECT_EQ(counts(answers), Counts(0, 0));
  answers.end();
  EXPECT_EQ(counts(answers), Counts(1, 1));
  EXPECT_EQ(answers.no_answer(), "");
  EXPECT_TRUE(answers.refused());
}

TEST(CommandAnswers, of_no_herd_are_quoted_and_end_the_counting) {
  for (const auto* command : {"X\n", "WHATSAT kiwi 0 0\n"}) {
    const auto answers = conversation(command, "HTTP/1.1 400\r\n\r\nAT Riley\n");
    EXPECT_EQ(answers.no_answer(), R"("HTTP/1.1 400\x0d")");
    EXPECT_EQ(counts(answers), Counts(0, 1));
  }
}

TEST(CommandAnswers, to_nothing_are_quoted) {
  EXPECT_EQ(conversation("X\n", "? X\n220 ready\n250 ok\n").no_answer(), "\"220 ready\"");
  EXPECT_EQ(conversation("", "\n").no_answer(), "\"\"");
  CommandAnswers answers;
  answers.received(std::string(64 * 1024, 'x'));
  EXPECT_EQ(answers.no_answer(), "");
  answers.received("x");
  EXPECT_NE(answers.no_answer(), "");
}

TEST(CommandAnswers, of_a_port_of_TLS_are_known) {
  EXPECT_TRUE(conversation("X\nY\n", "? this port speaks TLS\n").speaks_tls());
  EXPECT_FALSE(conversation("X\nY\n", "? this port speaks TLS\n? Y\n").speaks_tls());
  EXPECT_FALSE(conversation("X\n", "? X\n").speaks_tls());
}

}  // namespace
}  // namespace herd::app
