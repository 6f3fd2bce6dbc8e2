#include "herd/google/google_breaker.h"

#include <gtest/gtest.h>

namespace herd::google {
namespace {

using State = GoogleBreaker::State;

const GoogleFailure trouble{GoogleFailure::Kind::trouble, "did not answer within 2 s"};
const GoogleFailure refused{GoogleFailure::Kind::refused, "refuses the key (REQUEST_DENIED)"};
const GoogleFailure invalid{GoogleFailure::Kind::invalid, "finds the question invalid (INVALID_REQUEST)"};

class GoogleBreakerTest : public testing::Test {
 protected:
  /// A request now, and what comes of it at once; false if it is spared.
  bool request(const GoogleFailure* failure) {
    const auto permit = breaker_.take_permit(now_);
    if (permit) breaker_.end(*permit, failure, now_);
    return permit.has_value();
  }
  bool is_spared() { return !breaker_.take_permit(now_).has_value(); }

  GoogleBreaker breaker_;
  Time now_ = 1000 * second;
};

TEST_F(GoogleBreakerTest, opens_after_five_failures_in_a_row) {
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(request(&trouble));
  EXPECT_TRUE(request(nullptr));  // begins the count anew
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(request(&trouble));
  EXPECT_EQ(breaker_.state(), State::closed);
  EXPECT_TRUE(request(&trouble));
  EXPECT_EQ(breaker_.state(), State::open);
  EXPECT_EQ(breaker_.times_opened(), 1U);
  EXPECT_TRUE(is_spared());
}

TEST_F(GoogleBreakerTest, opens_at_once_when_the_key_is_refused) {
  EXPECT_TRUE(request(&refused));
  EXPECT_EQ(breaker_.state(), State::open);
}

TEST_F(GoogleBreakerTest, takes_an_invalid_question_as_a_sign_of_life) {
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(request(i % 5 == 4 ? &invalid : &trouble));
  EXPECT_EQ(breaker_.state(), State::closed);
}

TEST_F(GoogleBreakerTest, lets_one_request_try_after_30_s) {
  request(&refused);
  now_ += 30 * second - 1;
  EXPECT_TRUE(is_spared());
  now_ += 1;
  const auto trial = breaker_.take_permit(now_);
  ASSERT_TRUE(trial.has_value());
  EXPECT_EQ(breaker_.state(), State::on_trial);
  EXPECT_TRUE(is_spared());
  now_ += 3600 * second;  // as long as it takes
  EXPECT_TRUE(is_spared());
  breaker_.end(*trial, nullptr, now_);
  EXPECT_EQ(breaker_.state(), State::closed);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(request(&trouble));
  EXPECT_EQ(breaker_.state(), State::closed);
}

TEST_F(GoogleBreakerTest, doubles_the_pause_up_to_ten_minutes_while_trials_fail) {
  request(&refused);
  for (const int pause_s : {30, 60, 120, 240, 480, 600, 600}) {
    now_ += pause_s * second - 1;
    EXPECT_TRUE(is_spared()) << pause_s;
    now_ += 1;
    EXPECT_TRUE(request(&trouble)) << pause_s;
    EXPECT_EQ(breaker_.state(), State::open);
  }
  EXPECT_EQ(breaker_.times_opened(), 8U);
  now_ += 600 * second;
  EXPECT_TRUE(request(nullptr));
  EXPECT_TRUE(request(&refused));
  now_ += 30 * second;  // all is forgiven
  EXPECT_TRUE(request(nullptr));
}

TEST_F(GoogleBreakerTest, learns_nothing_from_what_began_before_it_opened) {
  const auto early_failure = breaker_.take_permit(now_);
  const auto early_success = breaker_.take_permit(now_);
  request(&refused);
  breaker_.end(*early_failure, &refused, now_);
  breaker_.end(*early_success, nullptr, now_);
  EXPECT_EQ(breaker_.state(), State::open);
  EXPECT_EQ(breaker_.times_opened(), 1U);
  now_ += 30 * second;
  const auto trial = breaker_.take_permit(now_);
  breaker_.end(*early_success, nullptr, now_);
  EXPECT_EQ(breaker_.state(), State::on_trial);
  breaker_.end(*trial, &trouble, now_);
  now_ += 60 * second - 1;
  EXPECT_TRUE(is_spared());
}

TEST_F(GoogleBreakerTest, forgets_all_with_a_new_key) {
  const auto with_old_key = breaker_.take_permit(now_);
  request(&refused);
  breaker_.reset();
  EXPECT_EQ(breaker_.state(), State::closed);
  breaker_.end(*with_old_key, &refused, now_);
  EXPECT_EQ(breaker_.state(), State::closed);
  EXPECT_TRUE(request(&refused));
  now_ += 30 * second;
  EXPECT_FALSE(is_spared());
}

}  // namespace
}  // namespace herd::google
