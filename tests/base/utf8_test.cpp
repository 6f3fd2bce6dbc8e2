#include "herd/base/utf8.h"

#include "gtest/gtest.h"

namespace herd {
namespace {

std::u32string characters(std::string_view text) {
  std::u32string out;
  while (!text.empty()) out += take_character(text);
  return out;
}

TEST(Utf8, gives_back_every_character_that_there_is) {
  for (char32_t c = 0; c <= 0x10ffff; ++c) {
    if (c == 0xd800) c = 0xe000;
    std::string bytes;
    append_character(bytes, c);
    ASSERT_TRUE(is_utf8(bytes)) << static_cast<std::uint32_t>(c);
    ASSERT_EQ(characters(bytes), std::u32string(1, c));
  }
}

TEST(Utf8, replaces_each_byte_that_begins_no_character) {
  EXPECT_EQ(characters("a\x80z"), U"a\uFFFDz");
  EXPECT_EQ(characters("a\xff\xfez"), U"a\uFFFD\uFFFDz");
  EXPECT_EQ(characters("Caf\xc3"), U"Caf\uFFFD");                          // cut off
  EXPECT_EQ(characters("\xe2\x82x"), U"\uFFFD\uFFFDx");                    // cut off
  EXPECT_EQ(characters("\xc0\xaf"), U"\uFFFD\uFFFD");                      // a slash of two bytes
  EXPECT_EQ(characters("\xe0\x80\xaf"), U"\uFFFD\uFFFD\uFFFD");            // of three
  EXPECT_EQ(characters("\xf0\x80\x80\xaf"), U"\uFFFD\uFFFD\uFFFD\uFFFD");  // of four
  EXPECT_EQ(characters("\xed\xa0\x80"), U"\uFFFD\uFFFD\uFFFD");            // a surrogate
  EXPECT_EQ(characters("\xf4\x90\x80\x80"), U"\uFFFD\uFFFD\uFFFD\uFFFD");  // above U+10FFFF
}

TEST(Utf8, knows_well_formed_text) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("Z\xc3\xbcrich \xe6\xb1\x89 \xf0\x9f\x8d\xbb"));
  EXPECT_FALSE(is_utf8("Z\xfcrich"));
  EXPECT_FALSE(is_utf8("\xed\xbf\xbf"));
}

}  // namespace
}  // namespace herd
