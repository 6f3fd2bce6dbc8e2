#include "herd/protocols/phone_report.h"

#include <gtest/gtest.h>

#include "herd/wire/command.h"
#include "herd/wire/record.h"

namespace herd::protocols {
namespace {

using enum PhoneReport::Quantity;

constexpr Time now = 1'621'464'827 * second + 500 * millisecond;

/// A report of the client "phone" at latitude 1, longitude 2.
PhoneReport phone() {
  PhoneReport report;
  report.set_client("phone");
  report.set_latitude("1");
  report.set_longitude("2");
  return report;
}

/// The command of the line protocol that would say the same, or what is wrong.
std::string said(PhoneReport& report) {
  const auto heard = report.finish(now);
  if (!heard) return heard.error().message;
  const auto& [client, location, time, position, client_time, location_style, time_style] = heard->report;
  auto command = "IAMAT " + std::string(client) + ' ' + std::string(location) + ' ' + std::string(time);
  // Each report means what its line means, and says it so that AT lines can be written from the numbers alone.
  const auto parsed = wire::parse_command(command);
  const auto* const iamat = std::get_if<wire::Iamat>(&parsed);
  if (iamat == nullptr) return "no command: " + command;
  EXPECT_EQ(iamat->position, position) << command;
  EXPECT_EQ(iamat->client_time, client_time) << command;
  EXPECT_EQ(iamat->location_style, location_style) << command;
  EXPECT_EQ(iamat->time_style, time_style) << command;
  return command;
}

std::string said_at(std::string_view latitude, std::string_view longitude) {
  auto report = phone();
  report.set_latitude(latitude);
  report.set_longitude(longitude);
  report.set_time("3");
  return said(report);
}

std::string said_when(std::string_view time) {
  auto report = phone();
  report.set_time(time);
  return said(report);
}

std::string said_by(std::string_view client) {
  auto report = phone();
  report.set_client(client);
  report.set_time("3");
  return said(report);
}

wire::Attributes attributes_of(PhoneReport& report) {
  const auto heard = report.finish(now);
  EXPECT_TRUE(heard);
  EXPECT_LE(heard->attributes.size(), wire::attributes_bytes_max);
  return wire::unpack_attributes(heard->attributes).value();
}

TEST(PhoneReport, says_what_the_line_protocol_would_say) {
  PhoneReport report;
  report.set_client("kiwi.cs.ucla.edu");
  report.set_latitude("34.068930");
  report.set_longitude("-118.445127");
  report.set_time("1621464827.959498503");
  EXPECT_TRUE(report.has_client());
  EXPECT_TRUE(report.has_position());
  EXPECT_EQ(said(report), "IAMAT kiwi.cs.ucla.edu +34.068930-118.445127 1621464827.959498503");
  EXPECT_EQ(report.client(), "kiwi.cs.ucla.edu");
  EXPECT_EQ(said(report), "IAMAT kiwi.cs.ucla.edu +34.068930-118.445127 1621464827.959498503") << "a second time";
}

TEST(PhoneReport, keeps_the_digits_of_coordinates) {
  EXPECT_EQ(said_at("34.0689300", "-118.4451270"), "IAMAT phone +34.0689300-118.4451270 3");
  EXPECT_EQ(said_at("+34", "002.50"), "IAMAT phone +34+002.50 3");
  EXPECT_EQ(said_at("-0", "0.0"), "IAMAT phone -0+0.0 3");
  EXPECT_EQ(said_at("34.06893012345678901234567890", "2"), "IAMAT phone +34.06893012345678901234567890+2 3");
  EXPECT_EQ(said_at("90", "-180"), "IAMAT phone +90-180 3");
  EXPECT_EQ(said_at("-90.000", "180.0"), "IAMAT phone -90.000+180.0 3");
}

TEST(PhoneReport, takes_coordinates_with_exponents) {
  EXPECT_EQ(said_at("5.0E-5", "-1.25e+1"), "IAMAT phone +0.000050-12.5 3");
  EXPECT_EQ(said_at("1E1", "0e9"), "IAMAT phone +10+0000000000 3");
  EXPECT_EQ(said_at("9.1E1", "2"), "the latitude is \"9.1E1\"; it must be a number of degrees from -90 to 90");
}

TEST(PhoneReport, says_which_coordinate_is_wrong) {
  const auto wrong_latitude = [](const std::string& text) {
    return "the latitude is " + text + "; it must be a number of degrees from -90 to 90";
  };
  const auto wrong_longitude = [](const std::string& text) {
    return "the longitude is " + text + "; it must be a number of degrees from -180 to 180";
  };
  EXPECT_EQ(said_at("", ""), wrong_latitude("missing"));
  EXPECT_EQ(said_at("1", ""), wrong_longitude("missing"));
  EXPECT_EQ(said_at("90.0000001", "2"), wrong_latitude("\"90.0000001\""));
  EXPECT_EQ(said_at("-91", "2"), wrong_latitude("\"-91\""));
  EXPECT_EQ(said_at("1", "180.00000000001"), wrong_longitude("\"180.00000000001\""));
  EXPECT_EQ(said_at("1", "-1e3"), wrong_longitude("\"-1e3\""));
  for (const auto* const text : {"x", "1x", "0x10", "1,5", "--1", "1 ", " 1", "NaN", "inf", "1e", "1e+", ".", "-", "e1",
                                 "1e61", "1e-99999999999999999999", "+1+2", "null"}) {
    EXPECT_EQ(said_at(text, "2"), wrong_latitude('"' + std::string(text) + '"'));
    EXPECT_EQ(said_at("1", text), wrong_longitude('"' + std::string(text) + '"'));
  }
  EXPECT_EQ(said_at("1\n\x80", "2"), wrong_latitude(R"("1\x0a\x80")"));
  EXPECT_EQ(said_at(std::string(1'000'000, '1'), "2"), wrong_latitude('"' + std::string(100, '1') + "...\""));
}

TEST(PhoneReport, takes_latitude_and_longitude_from_one_text) {
  PhoneReport report;
  report.set_client("phone");
  report.set_time("3");
  report.set_location("47.1410, -9.5209");
  EXPECT_EQ(said(report), "IAMAT phone +47.1410-9.5209 3");
  report.set_location("47.1410");
  EXPECT_EQ(said(report), "the longitude is missing; it must be a number of degrees from -180 to 180");
  report.set_location("1,2,3");
  EXPECT_EQ(said(report), "the longitude is \"2,3\"; it must be a number of degrees from -180 to 180");
  report.set_location("");
  EXPECT_FALSE(report.has_position());
}

TEST(PhoneReport, takes_times_in_all_forms) {
  EXPECT_EQ(said_when("1551874878"), "IAMAT phone +1+2 1551874878");
  EXPECT_EQ(said_when("1551874878.50"), "IAMAT phone +1+2 1551874878.50");
  EXPECT_EQ(said_when("1551874878.1234567890123"), "IAMAT phone +1+2 1551874878.1234567890123");
  EXPECT_EQ(said_when("1551874878123"), "IAMAT phone +1+2 1551874878.123");
  EXPECT_EQ(said_when("1551874878000"), "IAMAT phone +1+2 1551874878");
  EXPECT_EQ(said_when("2025-06-15T13:45:12.862Z"), "IAMAT phone +1+2 1749995112.862");
  EXPECT_EQ(said_when("2015-10-01T08:00:00-0700"), "IAMAT phone +1+2 1443711600");
  EXPECT_EQ(said_when("2015-10-01 15:00:00"), "IAMAT phone +1+2 1443711600");
  EXPECT_EQ(said_when("1.497349316E9"), "IAMAT phone +1+2 1497349316");
  EXPECT_EQ(said_when(""), "IAMAT phone +1+2 1621464827.5") << "now";
}

TEST(PhoneReport, says_what_is_wrong_with_a_time) {
  for (const auto* const text :
       {"x", "-1", "1551874878,5", "2015-10-01", "12:00", "2015-13-01T00:00:00Z", "1969-12-31T23:59:59Z", "1e99"}) {
    EXPECT_EQ(said_when(text), "the time is \"" + std::string(text) +
                                   "\"; it must be POSIX seconds (1621464827.5), milliseconds, or ISO 8601 "
                                   "(2021-05-19T22:53:47.5Z)");
  }
  EXPECT_EQ(said_when("9223372036854"), "the time is \"9223372036854\", which is before 1970 or after 2262");
}

TEST(PhoneReport, encodes_what_an_id_must_not_have) {
  EXPECT_EQ(said_by("my phone"), "IAMAT my%20phone +1+2 3");
  EXPECT_EQ(said_by(" \t\n\v\f\r%"), "IAMAT %20%09%0A%0B%0C%0D%25 +1+2 3");
  EXPECT_EQ(said_by("a%20b"), "IAMAT a%2520b +1+2 3");
  EXPECT_EQ(said_by(std::string("\0\x80/", 3)), std::string("IAMAT \0\x80/ +1+2 3", 16));
  auto report = phone();
  report.set_client("jane doe", "phone %");
  report.set_time("3");
  EXPECT_EQ(said(report), "IAMAT jane%20doe/phone%20%25 +1+2 3");
}

TEST(PhoneReport, gives_every_id_back) {
  std::string all;
  for (unsigned byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  for (const auto& id : {all, std::string("%20"), std::string("%"), std::string("a b"), std::string("%%2"),
                         std::string("100%"), std::string()}) {
    EXPECT_EQ(decode_client(encode_client(id)), id);
  }
  EXPECT_EQ(decode_client("50%-off%2"), "50%-off%2") << "from the line port";
  EXPECT_EQ(decode_client("%2F%41%0a"), "%2F%41\n");
}

TEST(PhoneReport, takes_ids_of_4096_bytes_and_no_more) {
  EXPECT_EQ(said_by(std::string(4096, 'x')), "IAMAT " + std::string(4096, 'x') + " +1+2 3");
  EXPECT_EQ(said_by(std::string(4097, 'x')), "the client id has 4097 bytes; 4096 are the most");
  EXPECT_EQ(said_by(std::string(1366, ' ')), "the client id has 4098 bytes; 4096 are the most") << "as it is encoded";
  EXPECT_EQ(said_by(""), "the client id is missing or empty");
}

TEST(PhoneReport, keeps_what_a_phone_knows) {
  auto report = phone();
  EXPECT_EQ(attributes_of(report), wire::Attributes());
  report.set(accuracy_m, "15");
  report.set(altitude_m, "-12.34");
  report.set(speed_mps, "36", 1 / 3.6);
  report.set(course_deg, "3.599E2");
  report.set(battery_percent, "0.80", 100);
  report.add_attribute("tid", "JJ");
  wire::Attributes expected;
  expected.accuracy_m = 15;
  expected.altitude_m = -12.3;
  expected.speed_mps = 10;
  expected.course_deg = 359.9;
  expected.battery_percent = 80;
  expected.others = {{"tid", "JJ"}};
  const auto kept = attributes_of(report);
  EXPECT_EQ(wire::pack(kept), wire::pack(expected));
  EXPECT_EQ(kept.others, expected.others);
}

TEST(PhoneReport, knows_nothing_of_quantities_that_are_negative_or_senseless) {
  for (const auto* const text :
       {"-1", "-0.5", "x", "", "null", "nan", "inf", "1e999", "1e300", "12x", "0x10", " 5", "true"}) {
    auto report = phone();
    for (const auto quantity : {accuracy_m, speed_mps, course_deg, battery_percent}) report.set(quantity, text);
    EXPECT_EQ(attributes_of(report), wire::Attributes()) << text;
  }
  auto report = phone();
  report.set(course_deg, "360.1");
  report.set(battery_percent, "101");
  report.set(altitude_m, "-20001");
  EXPECT_EQ(attributes_of(report), wire::Attributes());
}

TEST(PhoneReport, keeps_of_other_attributes_what_a_record_has_room_for) {
  auto report = phone();
  report.add_attribute("", "nameless");
  report.add_attribute("empty", "");
  report.add_attribute("bytes", "\x80");
  report.add_attribute("long", std::string(250, 'x'));
  report.add_attribute("first", "1");
  report.add_attribute("first", "2");
  report.add_attribute(std::string(1'000'000, 'x'), "1");
  EXPECT_EQ(attributes_of(report).others, (std::vector<std::pair<std::string, std::string>>{{"first", "1"}}));

  auto crowded = phone();
  for (int i = 0; i < 100'000; ++i) crowded.add_attribute(std::to_string(i), "x");
  EXPECT_EQ(attributes_of(crowded).others.size(), 10 + 34U) << "10 of 5 bytes, 34 of 6";
}

TEST(PhoneReport, forgets_everything) {
  auto report = phone();
  report.set_time("3");
  report.set(accuracy_m, "5");
  report.add_attribute("a", "b");
  EXPECT_EQ(said(report), "IAMAT phone +1+2 3");
  report.clear();
  EXPECT_FALSE(report.has_client());
  EXPECT_FALSE(report.has_position());
  EXPECT_EQ(said(report), "the client id is missing or empty");
  report.set_client("other");
  report.set_location("3,4");
  EXPECT_EQ(said(report), "IAMAT other +3+4 1621464827.5");
  EXPECT_EQ(attributes_of(report), wire::Attributes());
}

}  // namespace
}  // namespace herd::protocols
