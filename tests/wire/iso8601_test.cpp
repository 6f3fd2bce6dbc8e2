#include "herd/wire/iso8601.h"

#include <gtest/gtest.h>

namespace herd::wire {
namespace {

TEST(Iso8601, times_may_have_fractions_and_zones) {
  EXPECT_EQ(parse_iso8601("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parse_iso8601("2012-04-12T12:53:58Z"), 1'334'235'238 * second);
  EXPECT_EQ(parse_iso8601("2012-04-12T14:53:58+02:00"), 1'334'235'238 * second);
  EXPECT_EQ(parse_iso8601("2012-04-12T05:53:58-0700"), 1'334'235'238 * second);
  EXPECT_EQ(parse_iso8601("2012-04-12T14:53:58+02"), 1'334'235'238 * second);
  EXPECT_EQ(parse_iso8601("2012-04-12 12:53:58"), 1'334'235'238 * second);
  EXPECT_EQ(parse_iso8601("2012-02-29T00:00:00.1234567899Z"), 1'330'473'600 * second + 123'456'789);
  EXPECT_EQ(parse_iso8601("2000-02-29T00:00:00Z"), 951'782'400 * second);
  EXPECT_EQ(parse_iso8601("2100-03-01T00:00:00Z"), 4'107'542'400 * second);
  EXPECT_EQ(parse_iso8601("1969-12-31T23:59:59.5Z"), -500 * millisecond);
}

TEST(Iso8601, anything_else_is_refused) {
  for (const auto* text : {"",
                           "now",
                           "2012",
                           "2012-04-12",
                           "2012-04-12T12:53Z",
                           "2012-04-12T12:53:58.Z",
                           "2012-04-12T12:53:58Zx",
                           "2012-13-12T12:53:58Z",
                           "2011-02-29T12:53:58Z",
                           "1900-02-29T12:53:58Z",
                           "2012-04-12T24:00:00Z",
                           "2012-04-12T12:60:58Z",
                           "2012-04-12T12:53:61Z",
                           "2012-04-12T12:53:58+2",
                           "2012-04-12T12:53:58+24:00",
                           "2012-04-12T12:53:58+02:",
                           "0012-04-12T12:53:58Z",
                           "9999-04-12T12:53:58Z",
                           "2012-4-12T12:53:58Z",
                           "+2012-04-12T12:53:58Z"}) {
    EXPECT_EQ(parse_iso8601(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace herd::wire
