#include "herd/wire/timestamp.h"

#include <gtest/gtest.h>

#include "herd/wire/posix_time.h"

namespace herd::wire {
namespace {

std::string timestamp(Time time) {
  std::string out;
  append_timestamp(out, time);
  return out;
}

std::string timestamp_of(std::string_view text) {
  std::string out = "<";
  if (!append_timestamp(out, text)) return out == "<" ? "refused" : "refused, but appended";
  return out.substr(1);
}

TEST(Timestamp, of_a_time_has_the_digits_it_needs) {
  EXPECT_EQ(timestamp(0), "0");
  EXPECT_EQ(timestamp(1), "0.000000001");
  EXPECT_EQ(timestamp(1'621'464'827 * second), "1621464827");
  EXPECT_EQ(timestamp(1'621'464'827 * second + 500 * millisecond), "1621464827.5");
  EXPECT_EQ(timestamp(1'621'464'827 * second + 959'498'503), "1621464827.959498503");
  EXPECT_EQ(timestamp(1'621'464'827 * second + 10 * microsecond), "1621464827.00001");
  EXPECT_EQ(timestamp(posix_seconds_max * second + 999'999'999), "9223372035.999999999");
}

TEST(Timestamp, of_posix_seconds_is_as_it_was_written) {
  for (const auto* const text : {"0", "1551874878", "1551874878.", "1551874878.50", "001.5", "2147483647",
                                 "2147483648.0", "1551874878.12345678901234567890"}) {
    EXPECT_EQ(timestamp_of(text), text);
  }
}

TEST(Timestamp, of_whole_numbers_from_two_to_the_31st_on_is_of_milliseconds) {
  EXPECT_EQ(timestamp_of("2147483648"), "2147483.648");
  EXPECT_EQ(timestamp_of("1551874878123"), "1551874878.123");
  EXPECT_EQ(timestamp_of("1551874878120"), "1551874878.12");
  EXPECT_EQ(timestamp_of("1551874878000"), "1551874878");
  EXPECT_EQ(timestamp_of("9223372036854"), "9223372036.854");
  EXPECT_EQ(timestamp_of("9223372036855"), "refused");
}

TEST(Timestamp, of_iso_8601_is_of_posix_seconds) {
  EXPECT_EQ(timestamp_of("2025-06-15T13:45:12.862Z"), "1749995112.862");
  EXPECT_EQ(timestamp_of("2015-10-01T08:00:00-0700"), "1443711600");
  EXPECT_EQ(timestamp_of("2015-10-01 15:00:00"), "1443711600");
  EXPECT_EQ(timestamp_of("1970-01-01T00:00:00Z"), "0");
}

TEST(Timestamp, of_a_number_with_an_exponent_is_of_that_number) {
  EXPECT_EQ(timestamp_of("1.497349316E9"), "1497349316");
  EXPECT_EQ(timestamp_of("1.4973493165E9"), "1497349316.5");
  EXPECT_EQ(timestamp_of("1.497349316123E12"), "1497349316.123");
  EXPECT_EQ(timestamp_of("15e-1"), "1.5");
}

TEST(Timestamp, is_refused_for_anything_else) {
  for (const auto* const text : {"",
                                 " ",
                                 "now",
                                 "-1",
                                 "+1",
                                 ".5",
                                 "1,5",
                                 "1 ",
                                 " 1",
                                 "1x",
                                 "1e",
                                 "-1e3",
                                 "1e99",
                                 "12:00",
                                 "2015-10-01",
                                 "2015-10-01T15:00",
                                 "1969-12-31T23:59:59.9Z",
                                 "2015-02-29T00:00:00Z",
                                 "99999999999999999999",
                                 "9223372036.5",
                                 "null"}) {
    EXPECT_EQ(timestamp_of(text), "refused") << text;
  }
}

}  // namespace
}  // namespace herd::wire
