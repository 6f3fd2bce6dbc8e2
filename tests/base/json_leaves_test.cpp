#include "herd/base/json_leaves.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace herd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// "path=text" of each leaf; strings in quotes. What is wrong comes last.
std::vector<std::string> leaves_of(std::string_view text) {
  std::vector<std::string> leaves;
  const auto read = read_json(text, [&](const JsonLeaf& leaf) {
    const std::string_view quote = leaf.kind == JsonLeaf::Kind::string ? "\"" : "";
    std::string line(leaf.path);
    line.append("=").append(quote).append(leaf.text).append(quote);
    leaves.push_back(line);
  });
  if (!read) leaves.push_back(read.error().message);
  return leaves;
}

TEST(JsonLeaves, come_with_the_keys_that_lead_to_them) {
  EXPECT_THAT(leaves_of(R"({"location":{"coords":{"latitude":37.42,"longitude":-122}},"device_id":"a"})"),
              ElementsAre("location.coords.latitude=37.42", "location.coords.longitude=-122", "device_id=\"a\""));
}

TEST(JsonLeaves, of_arrays_have_their_places_for_keys) {
  EXPECT_THAT(leaves_of(R"({"a":[1,[2,3],{"b":4},[]],"c":[{},5]})"),
              ElementsAre("a.0=1", "a.1.0=2", "a.1.1=3", "a.2.b=4", "c.1=5"));
  EXPECT_THAT(leaves_of("[true,null]"), ElementsAre("0=true", "1=null"));
}

TEST(JsonLeaves, come_after_the_branches_that_they_are_of) {
  std::vector<std::string> told;
  const auto read = read_json(
      R"({"a":[1,[],{"b":[2]}],"c":{}})",
      [&](const JsonLeaf& leaf) { told.push_back(std::string(leaf.path) + '=' + std::string(leaf.text)); },
      [&](const JsonBranch& branch) { told.push_back(std::string(branch.path) + (branch.is_array ? "[]" : "{}")); });
  EXPECT_TRUE(read);
  EXPECT_THAT(told, ElementsAre("{}", "a[]", "a.0=1", "a.1[]", "a.2{}", "a.2.b[]", "a.2.b.0=2", "c{}"));
}

TEST(JsonLeaves, have_numbers_as_they_were_written) {
  EXPECT_THAT(
      leaves_of("[1621464827.959498503,5.0E-5,-0.0,18446744073709551616,1e2,34.068930]"),
      ElementsAre("0=1621464827.959498503", "1=5.0E-5", "2=-0.0", "3=18446744073709551616", "4=1e2", "5=34.068930"));
}

TEST(JsonLeaves, have_strings_without_escapes) {
  EXPECT_THAT(leaves_of(R"({"k\u00fc":"a\n\"b\" \ud83d\ude00"})"),
              ElementsAre("k\xc3\xbc=\"a\n\"b\" \xf0\x9f\x98\x80\""));
  EXPECT_THAT(leaves_of(R"({"":"","a\tb":{"c":"\u0041B"}})"), ElementsAre("=\"\"", "a\tb.c=\"AB\""));
}

TEST(JsonLeaves, of_an_object_with_an_empty_key_are_not_those_of_the_whole) {
  EXPECT_THAT(leaves_of(R"({"":{"near":[1]},"a":{"":2}})"), ElementsAre(".near.0=1", "a.=2"));
}

TEST(JsonLeaves, may_be_the_whole_text) {
  EXPECT_THAT(leaves_of(" 7 "), ElementsAre("=7"));
  EXPECT_THAT(leaves_of("\"x\""), ElementsAre("=\"x\""));
}

TEST(JsonLeaves, what_is_no_JSON_is_told_with_its_place) {
  EXPECT_THAT(leaves_of(""), ElementsAre("no JSON: incomplete JSON at byte 0"));
  EXPECT_THAT(leaves_of(R"({"a":1,})"), ElementsAre("a=1", HasSubstr("no JSON: syntax error at byte 7")));
  EXPECT_THAT(leaves_of(R"({"a":1} x)"), ElementsAre("a=1", "no JSON: extra data at byte 8"));
  EXPECT_THAT(leaves_of("{\"a\":\"\xff\"}"), ElementsAre(HasSubstr("no JSON: ")));
  EXPECT_THAT(leaves_of("nan"), ElementsAre(HasSubstr("no JSON: syntax error")));
}

TEST(JsonLeaves, sixteen_levels_are_read_and_seventeen_refused) {
  const std::string depth = std::string(json_depth_max, '[') + "1" + std::string(json_depth_max, ']');
  EXPECT_EQ(leaves_of(depth).size(), 1U);
  EXPECT_TRUE(leaves_of(depth).front().ends_with(".0=1"));
  EXPECT_THAT(leaves_of("[" + depth + "]"), ElementsAre(HasSubstr("JSON is nested more than 16 deep at byte 16")));
  EXPECT_THAT(leaves_of(std::string(1'000'000, '[')), ElementsAre(HasSubstr("nested more than 16 deep")));
}

}  // namespace
}  // namespace herd
