#include "herd/wire/command.h"

#include <gtest/gtest.h>
#include <ostream>
#include <random>
#include <string>

#include "herd/base/text.h"
#include "herd/wire/posix_time.h"

namespace herd::wire {
namespace {

using namespace std::string_literals;

const std::string kiwi = "IAMAT kiwi.cs.ucla.edu +34.068930-118.445127 1621464827.959498503";

bool is_invalid(std::string_view line) {
  return std::holds_alternative<InvalidCommand>(parse_command(line));
}

bool is_blank(std::string_view line) {
  return std::holds_alternative<BlankLine>(parse_command(line));
}

/// The fields of an IAMAT in brackets, or what else the line is.
std::string iamat(std::string_view line) {
  const auto command = parse_command(line);
  const auto* iamat = std::get_if<Iamat>(&command);
  if (iamat == nullptr) return "no IAMAT";
  std::string out;
  for (const auto field : {iamat->client, iamat->location, iamat->time}) out.append("[").append(field).append("]");
  return out;
}

/// "client radius_m bound" of a WHATSAT, or what else the line is.
std::string whatsat(std::string_view line) {
  const auto command = parse_command(line);
  const auto* whatsat = std::get_if<Whatsat>(&command);
  if (whatsat == nullptr) return "no WHATSAT";
  std::ostringstream out;
  out << whatsat->client << ' ' << whatsat->radius_m << ' ' << whatsat->bound;
  return out.str();
}

TEST(Iamat, says_who_is_where_and_when) {
  const auto command = parse_command(kiwi);
  const auto* iamat = std::get_if<Iamat>(&command);
  ASSERT_NE(iamat, nullptr);
  EXPECT_EQ(iamat->client, "kiwi.cs.ucla.edu");
  EXPECT_EQ(iamat->location, "+34.068930-118.445127");
  EXPECT_EQ(iamat->time, "1621464827.959498503");
  EXPECT_EQ(iamat->position, (geo::Location{340689300, -1184451270}));
  EXPECT_EQ(iamat->client_time, 1621464827'959498503);
  std::string again;
  geo::append_iso6709(again, {iamat->position, iamat->location_style});
  append_posix_time(again, {iamat->client_time, iamat->time_style});
  EXPECT_EQ(again, "+34.068930-118.4451271621464827.959498503");
}

TEST(Iamat, may_have_any_white_space_around_its_fields) {
  EXPECT_EQ(iamat(" \t\v\f\rIAMAT \t kiwi\v\f+1+1\r \r5 \t\r\n"), "[kiwi][+1+1][5]");
  EXPECT_EQ(iamat("IAMAT kiwi +1+1 5\r"), "[kiwi][+1+1][5]");
}

TEST(Iamat, takes_any_other_bytes_for_a_client) {
  for (const auto& client : {"k\xc2\xa0wi"s, "k\x1cwi"s, "k\x85wi"s, "\xff\xfe"s, "k\0wi"s, "\x7f"s, "?"s, "IAMAT"s,
                             "%20"s, "\\x0a"s, "\xe3\x80\x80"s, "+1+1"s, "5"s}) {
    EXPECT_EQ(iamat("IAMAT " + client + " +1+1 5"), "[" + client + "][+1+1][5]");
  }
}

TEST(Iamat, takes_a_client_of_4096_bytes_and_no_longer) {
  for (const auto length : {1U, 1000U, 4095U, 4096U}) {
    const std::string client(length, 'x');
    EXPECT_EQ(iamat("IAMAT " + client + " +1+1 5"), "[" + client + "][+1+1][5]");
  }
  EXPECT_TRUE(is_invalid("IAMAT " + std::string(4097, 'x') + " +1+1 5"));
  EXPECT_TRUE(is_invalid("IAMAT " + std::string(100'000, 'x') + " +1+1 5"));
}

TEST(Iamat, keeps_location_and_time_as_they_were_written) {
  EXPECT_EQ(iamat("IAMAT kiwi +034.0-00118.500 0001621464827.9594985030000"),
            "[kiwi][+034.0-00118.500][0001621464827.9594985030000]");
}

TEST(Iamat, with_too_few_or_too_many_fields_or_bad_ones_is_invalid) {
  for (const auto* line :
       {"IAMAT", "IAMAT ", "IAMAT kiwi", "IAMAT kiwi +1+1", "IAMAT +1+1 5", "IAMAT kiwi 5 +1+1",
        "IAMAT kiwi +1+1 5 more", "IAMAT kiwi +1 +1 5", "IAMAT kiwi +1+1 -5", "IAMAT kiwi +91+1 5",
        "IAMAT kiwi +1+1 nan", "IAMAT kiwi 1+1 5", "IAMAT kiwi\xc2\xa0+1+1 5", "IAMAT kiwi +1+1 5\x1c"}) {
    EXPECT_TRUE(is_invalid(line)) << line;
  }
}

TEST(Iamat, cut_at_any_byte_is_invalid_until_its_time_begins) {
  const auto time = kiwi.rfind(' ') + 1;
  for (std::size_t length = 1; length < kiwi.size(); ++length) {
    const auto cut = kiwi.substr(0, length);
    if (length <= time) {
      EXPECT_TRUE(is_invalid(cut)) << cut;
    } else {
      EXPECT_EQ(iamat(cut), "[kiwi.cs.ucla.edu][+34.068930-118.445127][" + cut.substr(time) + "]");
    }
  }
}

TEST(Whatsat, asks_for_so_many_places_within_a_radius_of_a_client) {
  EXPECT_EQ(whatsat("WHATSAT kiwi.cs.ucla.edu 10 5"), "kiwi.cs.ucla.edu 10000 5");
  EXPECT_EQ(whatsat("\tWHATSAT\vkiwi \f 10 \r 5 \r\n"), "kiwi 10000 5");
}

TEST(Whatsat, takes_a_radius_of_0_to_50_km_be_it_a_decimal) {
  EXPECT_EQ(whatsat("WHATSAT kiwi 0 5"), "kiwi 0 5");
  EXPECT_EQ(whatsat("WHATSAT kiwi 0.0 5"), "kiwi 0 5");
  EXPECT_EQ(whatsat("WHATSAT kiwi 2.5 5"), "kiwi 2500 5");
  EXPECT_EQ(whatsat("WHATSAT kiwi 0.001 5"), "kiwi 1 5");
  EXPECT_EQ(whatsat("WHATSAT kiwi 007.250 5"), "kiwi 7250 5");
  EXPECT_EQ(whatsat("WHATSAT kiwi 50 5"), "kiwi 50000 5");
  EXPECT_EQ(whatsat("WHATSAT kiwi 50.0000000000000000000000 5"), "kiwi 50000 5");
  EXPECT_EQ(whatsat("WHATSAT kiwi 49.9999999999999999999999 5"), "kiwi 50000 5");
  EXPECT_EQ(whatsat("WHATSAT kiwi " + std::string(5000, '0') + "1 5"), "kiwi 1000 5");
  EXPECT_EQ(whatsat("WHATSAT kiwi 0." + std::string(5000, '0') + "1 5"), "kiwi 0 5");
}

TEST(Whatsat, with_any_other_radius_is_invalid) {
  for (const auto* radius : {"-1",
                             "-0",
                             "+1",
                             "-0.1",
                             "50.1",
                             "51",
                             "500",
                             "1e1",
                             "1e-1",
                             "nan",
                             "inf",
                             "-inf",
                             "0x10",
                             "2,5",
                             "2.5.5",
                             "10km",
                             "ten",
                             ".",
                             "..",
                             ".5",
                             "5.",
                             "99999999999999999999999",
                             "50.0000000000000000000000001",
                             "18446744073709551617",
                             "5\xa0"}) {
    EXPECT_TRUE(is_invalid("WHATSAT kiwi "s + radius + " 5")) << radius;
  }
  EXPECT_TRUE(is_invalid("WHATSAT kiwi " + std::string(5000, '9') + " 5"));
}

TEST(Whatsat, takes_a_whole_bound_of_0_to_20) {
  EXPECT_EQ(whatsat("WHATSAT kiwi 10 0"), "kiwi 10000 0");
  EXPECT_EQ(whatsat("WHATSAT kiwi 10 20"), "kiwi 10000 20");
  EXPECT_EQ(whatsat("WHATSAT kiwi 10 0020"), "kiwi 10000 20");
  for (const auto* bound : {"-1", "-0", "+5", "21", "100", "5.0", "5.", "1e1", "0x5", "nan", "five", "4294967297",
                            "18446744073709551617", "99999999999999999999999"}) {
    EXPECT_TRUE(is_invalid("WHATSAT kiwi 10 "s + bound)) << bound;
  }
}

TEST(Whatsat, with_too_few_or_too_many_fields_is_invalid) {
  for (const auto* line : {"WHATSAT", "WHATSAT kiwi", "WHATSAT kiwi 10", "WHATSAT 10 5", "WHATSAT kiwi 10 5 more"}) {
    EXPECT_TRUE(is_invalid(line)) << line;
  }
}

TEST(Whatsat, cut_at_any_byte_is_invalid_until_its_bound_begins) {
  const std::string line = "WHATSAT kiwi.cs.ucla.edu 12.5 15";
  for (std::size_t length = 1; length < line.size() - 1; ++length) {
    EXPECT_TRUE(is_invalid(line.substr(0, length))) << line.substr(0, length);
  }
  EXPECT_EQ(whatsat(line.substr(0, line.size() - 1)), "kiwi.cs.ucla.edu 12500 1");
}

TEST(Command, of_white_space_only_is_a_blank_line) {
  for (const auto* line : {"", " ", "\r", "\r\n", " \t\v\f\r\n"}) EXPECT_TRUE(is_blank(line));
  for (const auto* line : {"\xc2\xa0", "\x1c", "\xff"}) EXPECT_TRUE(is_invalid(line));
  EXPECT_TRUE(is_invalid("\0"s));
}

TEST(Command, of_any_other_name_is_invalid) {
  for (const auto* line :
       {"FLUFFYDOG", "?", "AT", "AT Riley +0.263873386 kiwi +1+1 5", "iamat kiwi +1+1 5", "Iamat kiwi +1+1 5",
        "whatsat kiwi 10 5", "IAMATkiwi +1+1 5", "IAMAT\xc2\xa0kiwi +1+1 5", "\xef\xbb\xbfIAMAT kiwi +1+1 5",
        "IAMATS kiwi +1+1 5", "IAMA kiwi +1+1 5", "GET / HTTP/1.1"}) {
    EXPECT_TRUE(is_invalid(line)) << line;
  }
  EXPECT_TRUE(is_invalid("IAMAT\0 kiwi +1+1 5"s));
}

// Whatever bytes come: what is taken for a command is, joined by single spaces, the line that came.
TEST(Command, of_random_bytes_is_taken_for_nothing_that_it_is_not) {
  const std::uint64_t seed = 20260501;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const std::string bytes = "IAMAT WHATSAT \t\r kiwi +-..0123456789,eE\xa0\x1c\xff"s + '\0';
  std::size_t valid = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::string line = random() % 2 == 0 ? "IAMAT kiwi +1.5-2.5 5.5" : "WHATSAT kiwi 2.5 5";
    for (auto changes = random() % 4; changes != 0; --changes) {
      line[random() % line.size()] = bytes[random() % bytes.size()];
    }
    std::string_view rest = line;
    std::string joined;
    for (auto field = take_field(rest); !field.empty(); field = take_field(rest)) joined.append(field).append(" ");
    const auto command = parse_command(line);
    if (const auto* iamat = std::get_if<Iamat>(&command)) {
      ++valid;
      ASSERT_EQ(joined, "IAMAT " + std::string(iamat->client) + " " + std::string(iamat->location) + " " +
                            std::string(iamat->time) + " ");
      ASSERT_EQ(geo::parse_iso6709(iamat->location), iamat->position);
      ASSERT_EQ(parse_posix_time(iamat->time), iamat->client_time);
    } else if (const auto* whatsat = std::get_if<Whatsat>(&command)) {
      ++valid;
      ASSERT_TRUE(joined.starts_with("WHATSAT " + std::string(whatsat->client) + " "));
      ASSERT_LE(whatsat->radius_m, 50'000);
      ASSERT_LE(whatsat->bound, 20U);
    }
  }
  EXPECT_GT(valid, 30'000U);
}

}  // namespace
}  // namespace herd::wire
