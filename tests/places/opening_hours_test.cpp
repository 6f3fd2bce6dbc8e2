#include "herd/places/opening_hours.h"

#include <initializer_list>
#include <string>

#include "gmock/gmock.h"

namespace herd::places {
namespace {

/// From Sunday on: "Su 09:00-12:00, 14:00-26:00; Mo ..."; days that are closed are left out.
std::string hours(std::string_view text) {
  const auto parsed = parse_opening_hours(text);
  if (!parsed) return "none";
  std::string out;
  const auto append_time = [&](int minutes) {
    const auto two_digits = [](int number) { return std::to_string(100 + number).substr(1); };
    out += two_digits(minutes / 60) + two_digits(minutes % 60);
  };
  constexpr std::string_view names = "SuMoTuWeThFrSa";
  for (std::size_t day = 0; day < parsed->days.size(); ++day) {
    if (parsed->days[day].empty()) continue;
    out += out.empty() ? "" : "; ";
    out += names.substr(2 * day, 2);
    for (const auto& span : parsed->days[day]) {
      out += ' ';
      append_time(span.opens);
      out += '-';
      append_time(span.closes);
    }
  }
  return out;
}

TEST(OpeningHours, are_days_and_times) {
  EXPECT_EQ(hours("Mo-We 08:00-18:00"), "Mo 0800-1800; Tu 0800-1800; We 0800-1800");
  EXPECT_EQ(hours("Mo,We 8:00-12:00,14:00-18:00"), "Mo 0800-1200 1400-1800; We 0800-1200 1400-1800");
  EXPECT_EQ(hours("Fr-Mo 08:00-09:00"), "Su 0800-0900; Mo 0800-0900; Fr 0800-0900; Sa 0800-0900");
  EXPECT_EQ(hours("Mo: 14:00 - 18:00 , 08:00-12:00"), "Mo 0800-1200 1400-1800");
}

TEST(OpeningHours, without_days_are_those_of_each_day) {
  EXPECT_EQ(hours("10:00-11:00"),
            "Su 1000-1100; Mo 1000-1100; Tu 1000-1100; We 1000-1100; Th 1000-1100; Fr 1000-1100; Sa 1000-1100");
}

TEST(OpeningHours, of_a_later_rule_replace_those_of_its_days_unless_a_comma_adds_them) {
  EXPECT_EQ(hours("Mo-We 08:00-18:00; Tu 10:00-12:00"), "Mo 0800-1800; Tu 1000-1200; We 0800-1800");
  EXPECT_EQ(hours("Mo-We 08:00-18:00; Tu off"), "Mo 0800-1800; We 0800-1800");
  EXPECT_EQ(hours("Mo-We 08:00-18:00; Tu closed;"), "Mo 0800-1800; We 0800-1800");
  EXPECT_EQ(hours("Mo 08:00-12:00, Mo,Tu 14:00-18:00"), "Mo 0800-1200 1400-1800; Tu 1400-1800");
}

TEST(OpeningHours, leave_holidays_out) {
  EXPECT_EQ(hours("Mo 08:00-18:00; PH off"), "Mo 0800-1800");
  EXPECT_EQ(hours("Mo,PH 08:00-18:00; SH,PH 10:00-12:00"), "Mo 0800-1800");
  EXPECT_EQ(hours("PH off"), "none");
}

TEST(OpeningHours, may_end_past_midnight) {
  EXPECT_EQ(hours("Fr 20:00-02:00"), "Fr 2000-2600");
  EXPECT_EQ(hours("Fr 20:00-26:00"), "Fr 2000-2600");
  EXPECT_EQ(hours("Fr 00:00-24:00"), "Fr 0000-2400");
  EXPECT_EQ(hours("Fr 10:00-34:01"), "none");
}

TEST(OpeningHours, are_always_if_every_day_is_whole) {
  EXPECT_TRUE(parse_opening_hours("24/7").value().is_always());
  EXPECT_TRUE(parse_opening_hours("Mo-Su 00:00-24:00").value().is_always());
  EXPECT_FALSE(parse_opening_hours("24/7; Su off").value().is_always());
}

TEST(OpeningHours, have_at_most_eight_spans_a_day) {
  std::string text = "Mo 00:00-01:00";
  for (int i = 1; i < 8; ++i) text += ",00:00-01:00";
  EXPECT_TRUE(parse_opening_hours(text));
  EXPECT_FALSE(parse_opening_hours(text + ",02:00-03:00"));
  EXPECT_FALSE(parse_opening_hours(text + ", Mo 02:00-03:00"));
  EXPECT_TRUE(parse_opening_hours(text + ", Tu 02:00-03:00"));
}

TEST(OpeningHours, that_say_anything_else_are_none) {
  for (const auto* const text : {"",
                                 " ",
                                 "off",
                                 "closed",
                                 "Mo",
                                 "Mo off",
                                 "08:00",
                                 "08:00+",
                                 "08:00-",
                                 "-08:00",
                                 "08:00-18:00+",
                                 "8-18",
                                 "24:00-25:00",
                                 "08:60-09:00",
                                 "08:00-48:01",
                                 "Mo-",
                                 "Mo-Xx 08:00-18:00",
                                 "mo 08:00-18:00",
                                 "Mo 08:00-18:00 foo",
                                 "sunrise-sunset",
                                 "Jan-Mar 08:00-18:00",
                                 "week 1-10 08:00-18:00",
                                 "Mo[1] 08:00-18:00",
                                 "\"by appointment\"",
                                 "Mo 08:00-18:00 || \"call us\"",
                                 "Mo 08:00-18:00,",
                                 "Mo 08:00-18:00,,Tu 08:00-18:00",
                                 "24/7/365",
                                 "99:99-99:99"}) {
    EXPECT_EQ(hours(text), "none") << text;
  }
}

}  // namespace
}  // namespace herd::places
