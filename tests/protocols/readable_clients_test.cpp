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
  return std::string(choice.is_wanted("me") ? "me" : "not me") + ", " + std::to_string(choice.looks_max) + " looks";
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

}  // namespace
}  // namespace herd::protocols
