#include "herd/google/google_cache.h"

#include <gtest/gtest.h>

#include "google/google_outcomes.h"

namespace herd::google {
namespace {

TEST(GoogleCache, gives_what_it_has_until_that_is_too_old) {
  GoogleCache cache({});
  cache.put("here", answer_with("A"), 100);
  cache.put("there", trouble("did not answer"), 50);
  EXPECT_EQ(text_of(*cache.find("here", 99)), text_of(answer_with("A")));
  EXPECT_EQ(text_of(*cache.find("there", 49)), "did not answer");
  EXPECT_EQ(cache.find("elsewhere", 49), nullptr);
  EXPECT_EQ(cache.find("there", 50), nullptr);
  EXPECT_EQ(cache.size(), 1U);
  EXPECT_EQ(cache.find("here", 100), nullptr);
  EXPECT_EQ(cache.size(), 0U);
  EXPECT_EQ(cache.bytes(), 0U);
  EXPECT_EQ(cache.evicted(), 0U);
}

TEST(GoogleCache, has_the_last_outcome_of_a_question) {
  GoogleCache cache({});
  cache.put("here", answer_with("A rather long name"), 100);
  const auto bytes = cache.bytes();
  cache.put("here", answer_with("B"), 200);
  EXPECT_EQ(text_of(*cache.find("here", 150)), text_of(answer_with("B")));
  EXPECT_EQ(cache.size(), 1U);
  EXPECT_LT(cache.bytes(), bytes);
}

TEST(GoogleCache, frees_what_is_too_old_when_told) {
  GoogleCache cache({});
  cache.put("long", answer_with("A"), 300);
  cache.put("short", answer_with("B"), 60);
  cache.put("middle", answer_with("C"), 200);
  cache.forget_old(199);
  EXPECT_EQ(cache.size(), 2U);
  cache.forget_old(200);
  EXPECT_EQ(cache.size(), 1U);
  EXPECT_NE(cache.find("long", 200), nullptr);
}

TEST(GoogleCache, holds_no_more_entries_than_its_bound) {
  GoogleCache cache({.entries_max = 3});
  for (int i = 0; i < 10; ++i) cache.put("question " + std::to_string(i), answer_with("A"), 100);
  EXPECT_EQ(cache.size(), 3U);
  EXPECT_EQ(cache.evicted(), 7U);
  EXPECT_EQ(cache.find("question 6", 0), nullptr);
  EXPECT_NE(cache.find("question 7", 0), nullptr);
}

TEST(GoogleCache, holds_no_more_bytes_than_its_bound) {
  GoogleCache one({});
  one.put("question 0", answer_with(std::string(10'000, 'A')), 100);
  GoogleCache cache({.bytes_max = 3 * one.bytes()});
  for (int i = 0; i < 10; ++i) {
    cache.put("question " + std::to_string(i), answer_with(std::string(10'000, 'A')), 100);
    EXPECT_LE(cache.bytes(), 3 * one.bytes());
  }
  EXPECT_EQ(cache.size(), 3U);
  EXPECT_EQ(cache.evicted(), 7U);
  cache.put("question 9", answer_with(std::string(40'000, 'A')), 100);  // larger than all that it may hold
  EXPECT_EQ(cache.size(), 0U);
  EXPECT_EQ(cache.bytes(), 0U);
}

}  // namespace
}  // namespace herd::google
