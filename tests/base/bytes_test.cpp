#include "herd/base/bytes.h"

#include <cstdint>
#include <gtest/gtest.h>
#include <limits>

namespace herd {
namespace {

using namespace std::string_literals;

template <class Integer>
void expect_back(Integer number) {
  std::string bytes;
  append_le(bytes, number);
  ASSERT_EQ(bytes.size(), sizeof(Integer));
  std::string_view rest = bytes;
  EXPECT_EQ(take_le<Integer>(rest), number);
  EXPECT_EQ(rest, "");
}

template <class Integer>
void expect_extremes_back() {
  for (const int number : {0, 1, 2, 127}) expect_back(static_cast<Integer>(number));
  expect_back(std::numeric_limits<Integer>::min());
  expect_back(std::numeric_limits<Integer>::max());
  expect_back(static_cast<Integer>(std::numeric_limits<Integer>::max() / 3));
}

TEST(Bytes, an_integer_is_written_with_its_least_byte_first) {
  std::string bytes = "x";
  append_le(bytes, std::uint8_t{0xfe});
  append_le(bytes, std::uint16_t{0x0102});
  append_le(bytes, std::uint32_t{0x80000003});
  append_le(bytes, std::int64_t{-2});
  EXPECT_EQ(bytes, "x\xfe\x02\x01\x03\x00\x00\x80\xfe\xff\xff\xff\xff\xff\xff\xff"s);
}

TEST(Bytes, every_kind_of_integer_comes_back) {
  expect_extremes_back<std::uint8_t>();
  expect_extremes_back<std::int8_t>();
  expect_extremes_back<std::uint16_t>();
  expect_extremes_back<std::int16_t>();
  expect_extremes_back<std::uint32_t>();
  expect_extremes_back<std::int32_t>();
  expect_extremes_back<std::uint64_t>();
  expect_extremes_back<std::int64_t>();
}

TEST(Bytes, an_integer_can_be_overwritten_where_it_is) {
  auto bytes = "ab....yz"s;
  overwrite_le(bytes, 2, std::uint32_t{0x04030201});
  EXPECT_EQ(bytes, "ab\x01\x02\x03\x04yz"s);
}

TEST(Bytes, too_few_bytes_for_an_integer_are_left_where_they_are) {
  std::string_view rest = "\x01\x02\x03";
  EXPECT_EQ(take_le<std::uint32_t>(rest), std::nullopt);
  EXPECT_EQ(rest, "\x01\x02\x03");
  EXPECT_EQ(take_le<std::uint16_t>(rest), 0x0201);
  EXPECT_EQ(rest, "\x03");
  rest = {};
  EXPECT_EQ(take_le<std::uint8_t>(rest), std::nullopt);
}

TEST(Bytes, bytes_are_taken_whole_or_not_at_all) {
  std::string_view rest = "kiwi";
  EXPECT_EQ(take_bytes(rest, 5), std::nullopt);
  EXPECT_EQ(rest, "kiwi");
  EXPECT_EQ(take_bytes(rest, 3), "kiw");
  EXPECT_EQ(take_bytes(rest, 0), "");
  EXPECT_EQ(take_bytes(rest, 1), "i");
  EXPECT_EQ(take_bytes(rest, std::numeric_limits<std::size_t>::max()), std::nullopt);
  EXPECT_EQ(rest, "");
}

}  // namespace
}  // namespace herd
