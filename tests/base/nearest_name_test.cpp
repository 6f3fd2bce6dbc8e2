#include "herd/base/nearest_name.h"

#include <gtest/gtest.h>

namespace herd {
namespace {

TEST(NearestName, is_that_of_the_list_or_none) {
  const std::vector<std::string> names{"Riley", "Jaquez"};
  EXPECT_EQ(nearest_name("jaqez", names), &names[1]);
  EXPECT_EQ(nearest_name("Juzang", names), nullptr);
  EXPECT_EQ(nearest_name("Riley", {}), nullptr);
}

TEST(NearestName, a_slip_is_told_from_another_name) {
  const std::vector<std::string> names{"Riley", "Jaquez", "Juzang"};
  EXPECT_EQ(did_you_mean("Rily", names), "did you mean \"Riley\"?");      // a letter missing
  EXPECT_EQ(did_you_mean("Jaqueez", names), "did you mean \"Jaquez\"?");  // added
  EXPECT_EQ(did_you_mean("Juzank", names), "did you mean \"Juzang\"?");   // wrong
  EXPECT_EQ(did_you_mean("Rliey", names), "did you mean \"Riley\"?");     // swapped
  EXPECT_EQ(did_you_mean("RILEY", names), "did you mean \"Riley\"?");     // in the wrong case
  EXPECT_EQ(did_you_mean("Bernard", names), "known are Riley, Jaquez, Juzang");
  EXPECT_EQ(did_you_mean("", names), "known are Riley, Jaquez, Juzang");
  EXPECT_EQ(did_you_mean(std::string(100'000, 'R'), names), "known are Riley, Jaquez, Juzang");
}

TEST(NearestName, no_more_than_ten_names_are_listed) {
  std::vector<std::string> names;
  for (int i = 1; i <= 12; ++i) names.push_back("server-" + std::to_string(i));
  EXPECT_EQ(did_you_mean("x", names),
            "known are server-1, server-2, server-3, server-4, server-5, server-6, server-7, server-8, server-9, "
            "server-10 and 2 more");
}

}  // namespace
}  // namespace herd
