#include "herd/google/google_questions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "google/google_outcomes.h"

namespace herd::google {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Tickets = std::vector<GoogleQuestions::Ticket>;

/// Asks with tickets 1, 2, 3 ... on day 20,000.
class GoogleQuestionsTest : public testing::Test {
 protected:
  /// "request", "wait", or what is known of it.
  std::string ask(const std::string& question) {
    const auto decision = questions_.ask(question, ++ticket_, now_, day_);
    if (std::holds_alternative<GoogleQuestions::Request>(decision)) return "request";
    if (std::holds_alternative<GoogleQuestions::Wait>(decision)) return "wait";
    return text_of(std::get<GoogleOutcome>(decision));
  }
  Tickets end(const std::string& question, const GoogleOutcome& outcome) {
    return questions_.end(question, outcome, now_);
  }
  void begin_anew(const GoogleQuestions::Options& options) { questions_ = GoogleQuestions(options); }

  GoogleQuestions questions_{{}};
  GoogleQuestions::Ticket ticket_ = 0;
  Time now_ = 1000 * second;
  std::int64_t day_ = 20'000;
};

TEST_F(GoogleQuestionsTest, are_asked_once_while_equal_ones_are_under_way) {
  EXPECT_EQ(ask("cafes here"), "request");
  EXPECT_EQ(ask("cafes there"), "request");
  EXPECT_EQ(ask("cafes here"), "wait");
  EXPECT_EQ(ask("cafes here"), "wait");
  EXPECT_THAT(end("cafes here", answer_with("A")), ElementsAre(1, 3, 4));
  EXPECT_THAT(end("cafes there", trouble("did not answer")), ElementsAre(2));
  EXPECT_THAT(end("cafes there", trouble("did not answer")), IsEmpty());
  const auto& counts = questions_.counts();
  EXPECT_EQ(counts.questions, 4U);
  EXPECT_EQ(counts.requests, 2U);
  EXPECT_EQ(counts.joined, 2U);
  EXPECT_EQ(counts.answers, 1U);
  EXPECT_EQ(counts.failures, 1U);
  EXPECT_EQ(questions_.last_failure(), "did not answer");
}

TEST_F(GoogleQuestionsTest, are_answered_from_the_cache_for_its_time) {
  ask("here");
  end("here", answer_with("A"));
  ask("nowhere");
  end("nowhere", answer_with_status("ZERO_RESULTS"));
  now_ += 300 * second - 1;
  EXPECT_EQ(ask("here"), text_of(answer_with("A")));
  EXPECT_EQ(ask("nowhere"), text_of(answer_with_status("ZERO_RESULTS")));
  EXPECT_EQ(questions_.counts().from_cache, 2U);
  now_ += 1;
  EXPECT_EQ(ask("here"), "request");
  EXPECT_EQ(ask("nowhere"), "request");
}

TEST_F(GoogleQuestionsTest, that_Google_finds_invalid_are_not_asked_again_for_a_minute) {
  const std::string reason = "finds the question invalid (INVALID_REQUEST)";
  ask("what");
  end("what", answer_with_status("INVALID_REQUEST"));
  now_ += 60 * second - 1;
  EXPECT_EQ(ask("what"), reason);
  now_ += 1;
  EXPECT_EQ(ask("what"), "request");

  begin_anew({.cache_time = 10 * second});
  ask("what");
  end("what", answer_with_status("INVALID_REQUEST"));
  now_ += 10 * second - 1;
  EXPECT_EQ(ask("what"), reason);
  now_ += 1;
  EXPECT_EQ(ask("what"), "request");
}

TEST_F(GoogleQuestionsTest, that_had_no_answer_are_asked_again) {
  ask("here");
  end("here", trouble("did not answer"));
  EXPECT_EQ(ask("here"), "request");
  EXPECT_EQ(questions_.cache().size(), 0U);
}

TEST_F(GoogleQuestionsTest, are_asked_each_time_without_a_cache) {
  begin_anew({.cache_time = 0});
  for (const auto& outcome : {answer_with("A"), answer_with_status("INVALID_REQUEST")}) {
    EXPECT_EQ(ask("here"), "request");
    end("here", outcome);
  }
  EXPECT_EQ(ask("here"), "request");
  EXPECT_EQ(questions_.cache().size(), 0U);
}

TEST_F(GoogleQuestionsTest, are_asked_so_often_a_day_and_no_more) {
  begin_anew({.cache_time = 0, .requests_per_day = 2});
  EXPECT_EQ(questions_.requests_left(day_), 2U);
  EXPECT_EQ(ask("one"), "request");
  EXPECT_EQ(ask("two"), "request");
  EXPECT_EQ(ask("one"), "wait");
  EXPECT_EQ(ask("three"), "is not asked now, for today's 2 requests are used up");
  EXPECT_EQ(questions_.requests_left(day_), 0U);
  EXPECT_EQ(questions_.counts().over_quota, 1U);
  EXPECT_EQ(questions_.requests_left(day_ + 1), 2U);
  ++day_;
  EXPECT_EQ(ask("three"), "request");
  EXPECT_EQ(questions_.requests_left(day_), 1U);
  EXPECT_EQ(questions_.counts().requests, 3U);
}

TEST_F(GoogleQuestionsTest, are_spared_while_Google_is_out_of_order) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(ask("here"), "request");
    end("here", trouble("did not answer within 2 s"));
  }
  EXPECT_EQ(ask("here"), "is not asked now, for it did not answer within 2 s");
  EXPECT_EQ(questions_.breaker().state(), GoogleBreaker::State::open);
  EXPECT_EQ(questions_.counts().spared, 1U);
  EXPECT_EQ(questions_.requests_left(day_), 995U);
  now_ += 30 * second;
  EXPECT_EQ(ask("here"), "request");
  EXPECT_EQ(ask("here"), "wait");
  EXPECT_EQ(ask("there"), "is not asked now, for it did not answer within 2 s");
  EXPECT_THAT(end("here", answer_with("A")), ElementsAre(7, 8));
  EXPECT_EQ(ask("there"), "request");
}

TEST_F(GoogleQuestionsTest, are_answered_from_the_cache_while_Google_is_out_of_order) {
  ask("here");
  end("here", answer_with("A"));
  ask("there");
  end("there", answer_with_status("REQUEST_DENIED"));
  EXPECT_EQ(ask("there"), "is not asked now, for it refuses the key (REQUEST_DENIED)");
  EXPECT_EQ(ask("here"), text_of(answer_with("A")));
}

TEST_F(GoogleQuestionsTest, are_asked_again_at_once_with_a_new_key) {
  ask("here");
  end("here", answer_with_status("REQUEST_DENIED"));
  questions_.on_new_key();
  EXPECT_EQ(ask("here"), "request");
}

TEST_F(GoogleQuestionsTest, beyond_the_bound_of_requests_under_way_are_not_asked) {
  begin_anew({.requests_max = 2});
  EXPECT_EQ(ask("one"), "request");
  EXPECT_EQ(ask("two"), "request");
  EXPECT_EQ(ask("three"), "is not asked now, for 2 requests are under way");
  EXPECT_EQ(ask("two"), "wait");
  EXPECT_EQ(questions_.requests_under_way(), 2U);
  EXPECT_EQ(questions_.counts().crowded_out, 1U);
  EXPECT_EQ(questions_.requests_left(day_), 998U);
  end("one", answer_with("A"));
  EXPECT_EQ(ask("three"), "request");
}

TEST_F(GoogleQuestionsTest, beyond_the_bound_of_those_that_wait_are_not_asked) {
  begin_anew({.waiting_max = 3});
  EXPECT_EQ(ask("one"), "request");
  EXPECT_EQ(ask("one"), "wait");
  EXPECT_EQ(ask("one"), "wait");
  EXPECT_EQ(ask("one"), "is not asked now, for 3 questions wait for it");
  EXPECT_EQ(ask("two"), "is not asked now, for 3 questions wait for it");
  EXPECT_EQ(questions_.counts().crowded_out, 2U);
  EXPECT_THAT(end("one", answer_with("A")), ElementsAre(1, 2, 3));
  EXPECT_EQ(ask("two"), "request");
}

TEST_F(GoogleQuestionsTest, leave_no_answer_behind_that_is_too_old) {
  ask("here");
  end("here", answer_with("A"));
  EXPECT_EQ(questions_.cache().size(), 1U);
  questions_.forget_old(now_ + 300 * second);
  EXPECT_EQ(questions_.cache().size(), 0U);
}

}  // namespace
}  // namespace herd::google
