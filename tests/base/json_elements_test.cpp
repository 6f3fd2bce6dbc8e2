#include "herd/base/json_elements.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"

namespace herd {
namespace {

/// What comes out of `text` given `step` bytes at a time: "3 5 {...}" for each value (line, offset, text), with "[]" in
/// front if it is an element of the array; then, if there is one, the error and its line.
std::vector<std::string> split(std::string_view text, std::size_t step, std::size_t bytes_max = 100) {
  JsonElements elements("features", bytes_max);
  std::vector<std::string> out;
  const auto take_all = [&] {
    while (true) {
      const auto element = elements.next();
      if (!element) {
        out.push_back("error in line " + std::to_string(elements.line()) + ": " + element.error().message);
        return false;
      }
      if (!*element) return true;
      const auto& [value, at, line, in_array, too_large] = **element;
      out.push_back((in_array ? "[]" : "") + std::to_string(line) + " " + std::to_string(at) + " " +
                    (too_large ? "too large" : std::string(value)));
    }
  };
  for (std::size_t at = 0; at < text.size(); at += step) {
    elements.push(text.substr(at, step));
    if (!take_all()) return out;
  }
  elements.finish();
  take_all();
  return out;
}

/// The same however the bytes come.
std::vector<std::string> split(std::string_view text) {
  auto whole = split(text, std::max<std::size_t>(text.size(), 1));
  for (std::size_t step = 1; step < text.size(); ++step) EXPECT_EQ(split(text, step), whole) << step << " at a time";
  return whole;
}

using Out = std::vector<std::string>;

TEST(JsonElements, are_those_of_the_wanted_array) {
  EXPECT_EQ(split(R"({"type":"FeatureCollection","features":[{"a":1},{"b":[2]}]})"),
            (Out{"[]1 40 {\"a\":1}", "[]1 48 {\"b\":[2]}"}));
  EXPECT_EQ(split("{ \"features\" :\n[ {\"a\":\n1} ,\n2.50, \"x\" ], \"bbox\" : [1,2] }\n"),
            (Out{"[]2 17 {\"a\":\n1}", "[]4 28 2.50", "[]4 34 \"x\""}));
  EXPECT_EQ(split(R"({"features":[]})"), Out{});
}

TEST(JsonElements, are_not_those_of_other_arrays) {
  EXPECT_EQ(split(R"({"crs":{"features":[1]},"x":["features",[2]],"name":"features","features":[3],"more":[4]})"),
            Out{"[]1 75 3"});
}

TEST(JsonElements, know_brackets_and_quotes_in_strings_from_those_of_the_text) {
  EXPECT_EQ(split(R"({"x\"]":"}\\","features":["]\",[\\",{"}":"{\\\""}]})"),
            (Out{R"([]1 26 "]\",[\\")", R"([]1 36 {"}":"{\\\""})"}));
}

TEST(JsonElements, are_whole_values_where_there_is_no_such_array) {
  EXPECT_EQ(split("{\"a\":[1]}\n{}\r\n\n[2] null\n-1.5e3"),
            (Out{"1 0 {\"a\":[1]}", "2 10 {}", "4 15 [2]", "4 19 null", "5 24 -1.5e3"}));
  EXPECT_EQ(split(R"({"features":{"a":1}}{"features":null})"),
            (Out{R"(1 0 {"features":{"a":1}})", R"(1 20 {"features":null})"}));
}

TEST(JsonElements, may_have_record_separators_and_a_byte_order_mark_between_values) {
  EXPECT_EQ(split("\xef\xbb\xbf\x1e{}\n\x1e{\"features\":[1]}\n\x1e{}\n"), (Out{"1 4 {}", "[]2 21 1", "3 26 {}"}));
}

TEST(JsonElements, that_are_too_large_are_passed_over) {
  const std::string fits = '"' + std::string(98, 'x') + '"';
  const std::string too_large = '"' + std::string(99, 'x') + '"';
  const auto text = R"({"features":[)" + fits + "," + too_large + ",3]}\n" + fits + "\n{\"x\":" + fits + "}\n5";
  const Out expected = {"[]1 13 " + fits, "[]1 114 too large", "[]1 216 3",
                        "2 220 " + fits,  "3 321 too large",   "4 428 5"};
  for (std::size_t step = 1; step <= text.size(); ++step) EXPECT_EQ(split(text, step), expected) << step;
}

TEST(JsonElements, come_out_of_a_value_that_is_larger_than_any_of_them_may_be) {
  const auto text = R"({"comment":")" + std::string(1000, 'x') + R"(","features":[1,2]})";
  EXPECT_EQ(split(text), (Out{"[]1 1026 1", "[]1 1028 2"}));
}

TEST(JsonElements, hold_no_more_than_one_of_them_and_what_was_pushed_last) {
  JsonElements elements("features", 1000);
  const std::string piece(400, 'x');
  const auto push = [&](std::string_view bytes) {
    elements.push(bytes);
    EXPECT_LE(elements.held_bytes(), 1000 + 2 * piece.size());
  };
  push(R"({"some text":")");
  for (int i = 0; i < 100; ++i) {  // in a member that is passed over, before the array is there
    push(piece);
    EXPECT_EQ(elements.next().value(), std::nullopt);
  }
  push(R"(","features":[")");
  for (int i = 0; i < 100; ++i) {  // in an element
    push(piece);
    EXPECT_EQ(elements.next().value(), std::nullopt);
  }
  push("\",7,");
  EXPECT_TRUE(elements.next().value()->too_large);
  EXPECT_EQ(elements.next().value()->text, "7");
  push(R"(8],")");
  EXPECT_EQ(elements.next().value()->text, "8");
  for (int i = 0; i < 100; ++i) {  // in a name
    push(piece);
    EXPECT_EQ(elements.next().value(), std::nullopt);
  }
}

TEST(JsonElements, say_where_the_array_ends) {
  JsonElements elements("results", 100);
  elements.push(R"({"results":[1.10,2],"status":"OK"})");
  EXPECT_EQ(elements.next().value()->text, "1.10");
  EXPECT_EQ(elements.array_end(), std::nullopt);
  EXPECT_EQ(elements.next().value()->text, "2");
  EXPECT_EQ(elements.next().value(), std::nullopt);
  EXPECT_EQ(elements.array_end(), 18);
}

TEST(JsonElements, tell_what_is_no_JSON_around_them) {
  EXPECT_EQ(split("{\"features\":[1\n2]}"),
            (Out{"[]1 13 1", "error in line 2: a comma or the end of an array is expected here"}));
  EXPECT_EQ(split("{\"features\":[1,]}"), (Out{"[]1 13 1", "error in line 1: a value is expected here"}));
  EXPECT_EQ(split("{\"a\" 1}"), Out{"error in line 1: a colon is expected here"});
  EXPECT_EQ(split("{\"a\":1 \"b\":2}"), Out{"error in line 1: a comma or the end of an object is expected here"});
  EXPECT_EQ(split("{\"a\":1,}"), Out{"error in line 1: a member's name is expected here, in double quotes"});
  EXPECT_EQ(split("{\"a\":}"), Out{"error in line 1: a value is expected here"});
  EXPECT_EQ(split("\n]"), Out{"error in line 2: a value is expected here"});
}

TEST(JsonElements, tell_where_a_value_begins_that_does_not_end) {
  for (const auto* text :
       {"\n{", "\n{\"a", "\n{\"a\":", "\n{\"a\":1,\n", "\n[[]\n", "\n\"a\\\"", "\n{\"features\":["}) {
    EXPECT_THAT(split(text), testing::ElementsAre(
                                 testing::HasSubstr("the input ends inside of what begins in line 2; is it cut off?")));
  }
  EXPECT_EQ(split("{\"features\":[\n1,\n{"),
            (Out{"[]2 14 1", "error in line 3: the input ends inside of what begins in line 3; is it cut off?"}));
}

}  // namespace
}  // namespace herd
