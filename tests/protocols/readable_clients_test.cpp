#include "herd/protocols/readable_clients.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace herd::protocols {
namespace {

std::string told(const Grant& grant) {
  const auto choice = readable_clients(grant);
  if (choice.names) {
    std::string names = "names:";
    for (const auto& name : *choice.names) names += ' ' + name;
    return names;
  }
  if (!choice.is_wanted) return "all";
  auto work_left = choice.work_max;
  const bool is_me = choice.is_wanted("me", work_left);
  return std::string(is_me ? "me" : "not me") + ", " + std::to_string(choice.work_max / (choice.work_max - work_left)) +
         " looks";
}

std::string told(const std::vector<std::string>& patterns) {
  return told(Grant(patterns, {Verb::read}));
}

TEST(ReadableClients, are_all_for_whoever_may_read_all_and_none_for_whoever_may_read_nothing) {
  EXPECT_EQ(told(*Grant::everything()), "all");
  EXPECT_EQ(told({"me", "*"}), "all");
  EXPECT_EQ(told(std::vector<std::string>()), "names:");
  EXPECT_EQ(told(Grant({"*"}, {Verb::report, Verb::status})), "names:");
  EXPECT_EQ(told(Grant({"me"}, {Verb::report})), "names:");
}

TEST(ReadableClients, are_asked_for_by_name_if_there_is_no_pattern) {
  EXPECT_EQ(told({"you", "me", "you"}), "names: me you");
}

TEST(ReadableClients, are_looked_for_among_fewer_the_more_patterns_there_are) {
  EXPECT_EQ(told({"m*"}), "me, 65536 looks");
  EXPECT_EQ(told({"x*", "you"}), "not me, 65536 looks");
  std::vector<std::string> patterns;
  const auto looks_with = [&](std::size_t count) {
    while (patterns.size() < count) patterns.push_back(std::to_string(patterns.size()) + '*');
    return told(patterns);
  };
  EXPECT_EQ(looks_with(16), "not me, 65536 looks");
  EXPECT_EQ(looks_with(17), "not me, 61680 looks");
  EXPECT_EQ(looks_with(1000), "not me, 1048 looks");
}

TEST(ReadableClients, are_looked_for_among_fewer_the_longer_it_takes_to_compare_their_ids) {
  const auto looks_at = [](const std::string& client, const std::vector<std::string>& patterns) {
    const Grant grant(patterns, {Verb::read});
    const auto choice = readable_clients(grant);
    std::size_t looks = 0;
    for (auto work_left = choice.work_max; work_left > 0; ++looks) EXPECT_FALSE(choice.is_wanted(client, work_left));
    return looks;
  };
  const std::string phone = "phone-7-of-her-family";
  EXPECT_EQ(looks_at(phone, {"*x*"}), 65'536U);
  EXPECT_EQ(looks_at(phone, {"*x*", "y*", "*z", "a*b"}), 65'536U);
  const std::string longest(4096, 'a');
  EXPECT_EQ(looks_at(longest, {"x*"}), 16'132U) << "its bytes are fetched";
  EXPECT_EQ(looks_at(longest, {"*x*"}), 3257U) << "and all looked at";
  const auto piece = std::string(250, 'a') + 'x';
  EXPECT_EQ(looks_at(longest, {"*" + piece + "*"}), 962U) << "as often as there is room for the piece, nearly";
  std::vector<std::string> most;
  for (std::size_t i = 0; i < 1000; ++i) most.push_back("*" + piece + std::to_string(i) + "*");
  EXPECT_EQ(looks_at(longest, most), 2U);
}

}  // namespace
}  // namespace herd::protocols
