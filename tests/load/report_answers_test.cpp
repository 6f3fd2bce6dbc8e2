#include "herd/load/report_answers.h"

#include <gtest/gtest.h>

namespace herd::load {
namespace {

constexpr std::string_view report = "IAMAT kiwi +34.068930-118.445127 1621464827.959498503\n";
constexpr std::string_view answer = "AT Riley +0.263873386 kiwi +34.068930-118.445127 1621464827.959498503\n";

/// Why these bytes are wrong, taken as the answer to `report` and then as if they were the second.
std::string why_wrong(std::string_view bytes) {
  ReportAnswers answers;
  answers.expect(0, report);
  answers.take(bytes);
  return answers.why_wrong();
}

TEST(ReportAnswers, the_answer_is_the_server_a_difference_and_what_the_client_said) {
  EXPECT_TRUE(is_answer_to(answer.substr(0, answer.size() - 1), report));
  for (const std::string_view line : {"", "AT", "AT Riley", "AT Riley +0.263873386", "AT Riley +0.263873386 kiwi",
                                      "AT Riley +0.263873386 kiwi +34.068930-118.445127 1621464827.959498504",
                                      "AT Riley +0.263873386 kiwi +34.068930-118.445126 1621464827.959498503",
                                      "AT Riley +0.263873386 apple +34.068930-118.445127 1621464827.959498503",
                                      "AT Riley 0.263873386 kiwi +34.068930-118.445127 1621464827.959498503",
                                      "AT Riley +0.26 kiwi +34.068930-118.445127 1621464827.959498503",
                                      "AT  +0.263873386 kiwi +34.068930-118.445127 1621464827.959498503",
                                      "AT Riley +0.263873386 kiwi +34.068930-118.445127 1621464827.959498503 ",
                                      "AT Riley +0.263873386  kiwi +34.068930-118.445127 1621464827.959498503",
                                      "IAMAT kiwi +34.068930-118.445127 1621464827.959498503"}) {
    EXPECT_FALSE(is_answer_to(line, report)) << line;
  }
}

TEST(ReportAnswers, counts_answers_cut_anywhere) {
  const auto text = std::string(answer) + "? IAMAT x\n" + "AT x\n" + std::string(answer);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    ReportAnswers answers;
    answers.expect(0, report);
    const auto taken = answers.take(std::string_view(text).substr(0, cut));
    EXPECT_EQ(taken, text.substr(0, cut).rfind('\n') + 1);
    EXPECT_EQ(answers.take(std::string_view(text).substr(taken)), text.size() - taken);
    EXPECT_EQ(answers.why_wrong(), "");
    EXPECT_EQ(answers.answered(), 3u);
    EXPECT_EQ(answers.refused(), 1u);
    EXPECT_EQ(answers.count(), 4u);
    EXPECT_EQ(answers.first_refused(), "? IAMAT x");
  }
}

TEST(ReportAnswers, those_announced_are_compared_and_the_others_are_not) {
  ReportAnswers answers;
  EXPECT_TRUE(answers.expects_nothing());
  answers.expect(1, report);
  EXPECT_FALSE(answers.expects_nothing());
  answers.take("AT anything\n");
  EXPECT_FALSE(answers.wrong());
  EXPECT_FALSE(answers.expects_nothing());
  answers.take(answer);
  EXPECT_TRUE(answers.expects_nothing());
  answers.take("AT anything\n");
  EXPECT_EQ(answers.answered(), 3u);
  answers.expect(3, report);
  answers.take("AT anything\nAT more\n");
  EXPECT_EQ(answers.why_wrong(),
            "answered \"AT anything\" to \"IAMAT kiwi +34.068930-118.445127 1621464827.959498503\"");
  EXPECT_EQ(answers.count(), 3u);
}

TEST(ReportAnswers, what_is_neither_an_answer_nor_a_refusal_is_wrong) {
  EXPECT_EQ(why_wrong(answer), "");
  EXPECT_EQ(why_wrong("? IAMAT kiwi\n"), "");
  EXPECT_EQ(why_wrong("HTTP/1.1 400 Bad Request\r\n"), "answered \"HTTP/1.1 400 Bad Request\\x0d\" to a report");
  EXPECT_EQ(why_wrong("\n"), "answered \"\" to a report");
  ReportAnswers later;
  later.take("AT x\nATx\n");
  EXPECT_EQ(later.why_wrong(), "answered \"ATx\" to a report");
}

TEST(ReportAnswers, a_line_without_end_is_wrong_beyond_64_KiB) {
  ReportAnswers answers;
  EXPECT_EQ(answers.take(std::string(ReportAnswers::line_bytes_max, 'A')), 0u);
  EXPECT_FALSE(answers.wrong());
  EXPECT_EQ(answers.take(std::string(ReportAnswers::line_bytes_max + 1, 'A')), 0u);
  EXPECT_EQ(answers.why_wrong(), "sent an answer longer than 64 KiB");
}

}  // namespace
}  // namespace herd::load
