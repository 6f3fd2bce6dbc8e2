#include "herd/protocols/access.h"

#include <gtest/gtest.h>
#include <random>
#include <string>

namespace herd::protocols {
namespace {

bool is_for(const std::string& pattern, std::string_view client) {
  return Grant({pattern}, {Verb::report}).may(Verb::report, client);
}

TEST(Grant, is_for_the_client_it_names_and_no_other) {
  EXPECT_TRUE(is_for("phone-7", "phone-7"));
  EXPECT_FALSE(is_for("phone-7", "phone-70"));
  EXPECT_FALSE(is_for("phone-7", "xphone-7"));
  EXPECT_FALSE(is_for("phone-7", "Phone-7"));
  EXPECT_FALSE(is_for("phone-7", "phone-"));
  EXPECT_FALSE(is_for("phone-7", ""));
  EXPECT_TRUE(is_for("a?[b]", "a?[b]"));
  EXPECT_FALSE(is_for("a?", "ab"));
}

TEST(Grant, with_a_star_is_for_any_bytes_there_also_for_none) {
  EXPECT_TRUE(is_for("phone-*", "phone-"));
  EXPECT_TRUE(is_for("phone-*", "phone-7/x*"));
  EXPECT_FALSE(is_for("phone-*", "phone"));
  EXPECT_TRUE(is_for("*-7", "phone-7"));
  EXPECT_FALSE(is_for("*-7", "phone-77"));
  EXPECT_TRUE(is_for("a*b*c", "abbcbc"));
  EXPECT_FALSE(is_for("a*b*c", "abbcb"));
  EXPECT_TRUE(is_for("*", ""));
  EXPECT_TRUE(is_for("**", "x\xff"));
  EXPECT_TRUE(is_for("*ab", "aab"));
  EXPECT_FALSE(is_for("ab*bc", "abc"));
  EXPECT_TRUE(is_for("ab*bc", "abbc"));
  EXPECT_TRUE(is_for("a*b*a", "aba"));
  EXPECT_FALSE(is_for("a*b*a", "aa"));
  EXPECT_TRUE(is_for("*", std::string_view("\0\n", 2)));
}

TEST(Grant, of_several_patterns_is_for_the_clients_of_each) {
  const Grant grant({"a", "b*"}, {Verb::read});
  EXPECT_TRUE(grant.may(Verb::read, "a"));
  EXPECT_TRUE(grant.may(Verb::read, "bc"));
  EXPECT_FALSE(grant.may(Verb::read, "ac"));
}

TEST(Grant, says_how_many_comparisons_it_took) {
  const auto took = [](const std::vector<std::string>& patterns, std::string_view client) {
    std::size_t comparisons = 0;
    const bool may = Grant(patterns, {Verb::read}).may(Verb::read, client, comparisons);
    return std::to_string(comparisons) + (may ? ", yes" : ", no");
  };
  const std::string longest(4096, 'a');
  EXPECT_EQ(took({"*"}, longest), "0, yes");
  EXPECT_EQ(took({longest}, longest), "0, yes");
  EXPECT_EQ(took({"x*", "*x", "x*x"}, longest), "3, no");
  EXPECT_EQ(took({"a*", "x*", "y*"}, longest), "1, yes") << "the first is enough";
  EXPECT_EQ(took({"*x*"}, "a"), "2, no");
  EXPECT_EQ(took({"*x*"}, longest), "258, no");
  EXPECT_EQ(took({"*x*"}, longest + "x"), "258, yes");
  EXPECT_EQ(took({"*a*x*"}, longest), "258, no");
  EXPECT_EQ(took({"*a*x*"}, "a"), "3, no");
  EXPECT_EQ(took({"***"}, longest), "3, yes");
  EXPECT_EQ(took({"*" + std::string(63, 'a') + "x*"}, longest), "514, no") << "a piece of 64 bytes counts double";
}

TEST(Grant, allows_what_it_says_and_nothing_else) {
  const Grant grant({"*"}, {Verb::report, Verb::places});
  std::string allowed;
  for (const auto verb : {Verb::report, Verb::read, Verb::forget, Verb::places, Verb::status}) {
    allowed += grant.may(verb) ? 'y' : 'n';
    allowed += grant.may(verb, "x") ? 'y' : 'n';
  }
  EXPECT_EQ(allowed, "yynnnnyynn");
}

TEST(Grant, of_no_pattern_or_no_verb_allows_no_client_anything) {
  EXPECT_FALSE(Grant({}, {Verb::report}).may(Verb::report, "x"));
  EXPECT_FALSE(Grant({}, {Verb::report}).may(Verb::report, ""));
  EXPECT_FALSE(Grant({"*"}, {}).may(Verb::report, "x"));
}

TEST(Grant, says_whether_it_is_for_all_clients) {
  EXPECT_TRUE(Grant({"a", "*"}, {}).is_for_all_clients());
  EXPECT_FALSE(Grant({"a*"}, {}).is_for_all_clients());
  EXPECT_TRUE(Grant::everything()->is_for_all_clients());
}

TEST(Grant, knows_whom_it_names_and_how_many_patterns_it_has_beside) {
  const Grant grant({"b", "a*", "a", "b", "*c"}, {Verb::read});
  EXPECT_EQ(grant.named(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(grant.patterns(), 2U);
}

TEST(Grant, of_everything_allows_everybody_everything) {
  for (const auto verb : {Verb::report, Verb::read, Verb::forget, Verb::places, Verb::status}) {
    EXPECT_TRUE(Grant::everything()->may(verb, "anyone"));
  }
}

/// What a star means, said as simply as can be.
bool means(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] != '*') return !text.empty() && text[0] == pattern[0] && means(pattern.substr(1), text.substr(1));
  return means(pattern.substr(1), text) || (!text.empty() && means(pattern, text.substr(1)));
}

TEST(Grant, is_for_what_its_pattern_means_whatever_the_pattern) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto text_of = [&](std::string_view letters) {
    std::string text(random() % 9, '\0');
    for (auto& c : text) c = letters[random() % letters.size()];
    return text;
  };
  int matching = 0;
  for (int i = 0; i < 100'000; ++i) {
    const auto pattern = text_of("ab*");
    const auto text = text_of("ab");
    ASSERT_EQ(is_for(pattern, text), means(pattern, text)) << pattern << " and " << text;
    matching += means(pattern, text) ? 1 : 0;
  }
  EXPECT_GT(matching, 1000);
}

}  // namespace
}  // namespace herd::protocols
