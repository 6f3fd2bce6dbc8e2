#include "herd/wire/attributes.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>

namespace herd::wire {
namespace {

using namespace std::string_literals;

const Attributes all{.accuracy_m = 15,
                     .altitude_m = -12.3,
                     .speed_mps = 1.25,
                     .course_deg = 359.9,
                     .battery_percent = 100,
                     .others = {{"ssid", "caf\xc3\xa9"}, {"ssid", "2"}}};

// These bytes are sent and kept: they never change without a new version of the link.
TEST(Attributes, have_bytes_that_never_change) {
  EXPECT_EQ(pack(all),
            "\x01\x96\x01"
            "\x02\xc5\x99\x0c"
            "\x03\x7d"
            "\x04\x8f\x1c"
            "\x05\xe8\x07"
            "\x06\x04ssid\x05"
            "caf\xc3\xa9"
            "\x06\x04ssid\x01"
            "2"s);
  EXPECT_EQ(unpack_attributes(pack(all)), all);
  EXPECT_EQ(pack({}), "");
  EXPECT_EQ(unpack_attributes(""), Attributes());
}

TEST(Attributes, come_back_as_the_numbers_that_their_decimal_texts_are) {
  for (int tenths = 0; tenths <= 3600; ++tenths) {
    const Attributes attributes{
        .altitude_m = (tenths - 1800) / 10.0, .speed_mps = tenths / 100.0, .course_deg = tenths / 10.0};
    ASSERT_EQ(unpack_attributes(pack(attributes)), attributes) << tenths;
  }
  EXPECT_EQ(unpack_attributes(pack({.speed_mps = 0.30000001})), (Attributes{.speed_mps = 0.3}));
}

TEST(Attributes, beyond_what_a_sensor_could_mean_are_left_out) {
  for (const auto number : {-0.1, 1.1e8, std::nan(""), std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(pack({.accuracy_m = number}), "") << number;
  }
  EXPECT_EQ(pack({.course_deg = 360.1}), "");
  EXPECT_EQ(pack({.battery_percent = 100.1}), "");
  EXPECT_EQ(unpack_attributes(pack({.altitude_m = -20'000})), (Attributes{.altitude_m = -20'000}));
  EXPECT_EQ(unpack_attributes(pack({.accuracy_m = 1e8})), (Attributes{.accuracy_m = 1e8}));
}

TEST(Attributes, of_other_kinds_that_do_not_fit_are_left_out) {
  const std::string longest(attributes_bytes_max - 4, 'x');
  EXPECT_EQ(pack({.others = {{"a", longest}}}).size(), attributes_bytes_max);
  EXPECT_EQ(unpack_attributes(pack({.others = {{"a", longest}}})), (Attributes{.others = {{"a", longest}}}));
  EXPECT_EQ(pack({.others = {{"a", longest + "x"}}}), "");
  EXPECT_EQ(pack({.others = {{"a", longest}, {"b", "1"}}}), pack({.others = {{"a", longest}}}));
  EXPECT_EQ(unpack_attributes(pack({.accuracy_m = 1, .others = {{"a", longest}, {"b", "1"}}})),
            (Attributes{.accuracy_m = 1, .others = {{"b", "1"}}}));
  EXPECT_EQ(pack({.others = {{"", "1"}, {"a", ""}, {"\xff", "1"}, {"a", "\xc3"}}}), "");
}

TEST(Attributes, that_nobody_packed_are_none) {
  const auto twenty = "\x01\xc8\x01"s;
  EXPECT_EQ(unpack_attributes(twenty), (Attributes{.accuracy_m = 20}));
  for (const auto& bytes :
       {"\x01"s, "\x01\xc8"s, "\x01\xc8\x81\x00"s, "\x01\xff\xff\xff\xff\xff\xff\xff\xff\x01"s, twenty + twenty,
        "\x00"s, "\x07\x01"s, "\x05\x01"s + twenty, "\x05\xe9\x07"s, "\x06"s, "\x06\x01"s, "\x06\x01x"s,
        "\x06\x01x\x01"s, "\x06\x00\x01x"s, "\x06\x01x\x00"s, "\x06\x01\xff\x01x"s, "\x06\x01x\x01x\x01\x01"s}) {
    EXPECT_EQ(unpack_attributes(bytes), std::nullopt) << testing::PrintToString(bytes);
  }
  EXPECT_EQ(unpack_attributes("\x06\x7f"s + std::string(127, 'x') + "\x7d" + std::string(125, 'x') + "\x06\x01x"),
            std::nullopt)
      << "too long";
}

TEST(Attributes, of_any_bytes_that_are_some_have_those_bytes) {
  constexpr std::uint64_t seed = 20261123;
  std::mt19937_64 random(seed);
  int read = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string bytes;
    for (auto length = random() % 8; length > 0; --length) bytes += static_cast<char>(random() % 8);
    const auto attributes = unpack_attributes(bytes);
    if (!attributes) continue;
    ++read;
    ASSERT_EQ(pack(*attributes), bytes) << "seed " << seed << " round " << i;
  }
  EXPECT_GT(read, 1000);
}

}  // namespace
}  // namespace herd::wire
