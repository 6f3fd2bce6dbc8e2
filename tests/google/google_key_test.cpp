#include "herd/google/google_key.h"

#include <concepts>
#include <gtest/gtest.h>
#include <ostream>

namespace herd::google {
namespace {

std::string target_with(const GoogleKey& key) {
  std::string target = "?key=";
  key.append_to_target(target);
  return target;
}

std::string mistake(std::string_view text) {
  const auto key = GoogleKey::parse(text);
  return key ? "it is a key" : key.error().message;
}

template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };
static_assert(!Printable<GoogleKey>);
static_assert(!std::convertible_to<GoogleKey, std::string> && !std::convertible_to<GoogleKey, std::string_view>);

TEST(GoogleKey, is_the_first_line_without_white_space) {
  EXPECT_EQ(target_with(GoogleKey::parse("AIzaSy-_.~09").value()), "?key=AIzaSy-_.~09");
  EXPECT_EQ(target_with(GoogleKey::parse(" \tAIzaSyB\r\n# my key\n").value()), "?key=AIzaSyB");
  EXPECT_EQ(target_with(GoogleKey::parse(std::string(256, 'k')).value()), "?key=" + std::string(256, 'k'));
}

TEST(GoogleKey, refuses_what_is_none_without_repeating_it) {
  EXPECT_EQ(mistake(""), "holds no key in its first line; put the key there that Google's console shows");
  EXPECT_EQ(mistake(" \r\nAIzaSyB\n"), "holds no key in its first line; put the key there that Google's console shows");
  EXPECT_EQ(mistake(std::string(257, 'k')),
            "holds 257 bytes in its first line, and a key has at most 256; put the key there, alone");
  for (const auto* text : {"KEY=AIza", "AIza SyB", "AIza&SyB", "\"AIza\"", "AIza%41", "AIza/B", "A\x01", "\xc3\xa9"}) {
    EXPECT_EQ(mistake(text),
              "holds something in its first line that no key has; put the key there, alone: letters, digits, - and _")
        << text;
  }
}

TEST(GoogleKey, is_struck_out_wherever_it_stands) {
  const auto key = GoogleKey::parse("k3y").value();
  EXPECT_EQ(key.struck_out("k3yk3y: the key k3y is bad, k3"), "[key][key]: the key [key] is bad, k3");
  EXPECT_EQ(GoogleKey::parse("key").value().struck_out("a key"), "a [key]");
  EXPECT_EQ(key.struck_out(""), "");
}

}  // namespace
}  // namespace herd::google
