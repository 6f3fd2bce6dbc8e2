#include "herd/wire/record.h"

#include <gtest/gtest.h>
#include <random>
#include <string>
#include <vector>

#include "herd/wire/attributes.h"
#include "herd/wire/posix_time.h"

namespace herd::wire {
namespace {

using namespace std::string_literals;

const std::string kiwi = "AT Riley +0.263873386 kiwi.cs.ucla.edu +34.068930-118.445127 1621464827.959498503";

std::string line_of(const Record& record) {
  std::string line;
  append_line(line, record);
  return line;
}

/// What the order makes of two lines of one client, checked both ways round.
std::strong_ordering order(std::string_view a, std::string_view b) {
  const auto there = compare(parse_record(a).value(), parse_record(b).value());
  const auto back = compare(parse_record(b).value(), parse_record(a).value());
  EXPECT_EQ(there, 0 <=> back) << a << "\n" << b;
  return there;
}

TEST(Record, is_read_from_the_line_that_is_stored_answered_and_flooded) {
  const auto record = parse_record(kiwi);
  ASSERT_TRUE(record);
  EXPECT_EQ(line_of(*record), kiwi);
  EXPECT_EQ(record->server, "Riley");
  EXPECT_EQ(record->client, "kiwi.cs.ucla.edu");
  EXPECT_EQ(record->location, (geo::Location{34'0689300, -118'4451270}));
  EXPECT_EQ(record->client_time, 1621464827'959498503);
  EXPECT_EQ(record->heard_at, 1621464828'223371889);
  EXPECT_FALSE(record->style.is_verbatim());
}

TEST(Record, may_have_any_bytes_but_white_space_for_a_client) {
  for (const auto& client : {"k\xc2\xa0wi"s, "k\x1cwi"s, "\xff"s, "k\0wi"s, "AT"s, std::string(4096, 'x')}) {
    const auto line = "AT Riley -12.000000000 " + client + " +1+1 50";
    const auto record = parse_record(line);
    ASSERT_TRUE(record) << client;
    EXPECT_EQ(record->client, client);
    EXPECT_EQ(record->heard_at, 38 * second);
  }
}

TEST(Record, deviating_by_one_byte_from_what_a_server_writes_is_refused) {
  for (const auto& line : {
           ""s,
           "AT"s,
           "AT "s,
           "AT Riley +0.000000001 kiwi +1+1"s,
           "AT Riley +0.000000001 kiwi 5"s,
           "AT Riley kiwi +1+1 5"s,
           "AT +0.000000001 kiwi +1+1 5"s,
           "at Riley +0.000000001 kiwi +1+1 5"s,
           "AT  Riley +0.000000001 kiwi +1+1 5"s,
           "AT Riley  +0.000000001 kiwi +1+1 5"s,
           "AT Riley +0.000000001  kiwi +1+1 5"s,
           "AT Riley +0.000000001 kiwi  +1+1 5"s,
           "AT Riley +0.000000001 kiwi +1+1  5"s,
           " AT Riley +0.000000001 kiwi +1+1 5"s,
           "AT Riley +0.000000001 kiwi +1+1 5 "s,
           "AT Riley +0.000000001 kiwi +1+1 5\r"s,
           "AT Riley +0.000000001 kiwi +1+1 5\n"s,
           "AT Riley +0.000000001 kiwi +1+1 5 more"s,
           "AT\tRiley +0.000000001 kiwi +1+1 5"s,
           "AT Riley\t+0.000000001 kiwi +1+1 5"s,
           "AT Ri\tley +0.000000001 kiwi +1+1 5"s,
           "AT Riley +0.000000001 ki\twi +1+1 5"s,
           "AT Riley +0.000000001 ki\nwi +1+1 5"s,
           "AT Riley +0.000000001 ki\rwi +1+1 5"s,
           "AT Riley +0.000000001 ki\vwi +1+1 5"s,
           "AT Riley +0.000000001 ki\fwi +1+1 5"s,
           "AT Riley 0.000000001 kiwi +1+1 5"s,
           "AT Riley -0.000000000 kiwi +1+1 5"s,
           "AT Riley +0.00000001 kiwi +1+1 5"s,
           "AT Riley +00.000000001 kiwi +1+1 5"s,
           "AT Riley +1e-9 kiwi +1+1 5"s,
           "AT Riley +0.000000001 kiwi 1+1 5"s,
           "AT Riley +0.000000001 kiwi +91+1 5"s,
           "AT Riley +0.000000001 kiwi +1+1 -5"s,
           "AT Riley +0.000000001 kiwi +1+1 "s,
           "AT Riley +0.000000001 kiwi +1+1 9223372036"s,
           "IAMAT kiwi +1+1 5"s,
       }) {
    EXPECT_FALSE(parse_record(line)) << line;
  }
  EXPECT_TRUE(parse_record("AT Riley +0.000000001 kiwi +1+1 5"));
}

TEST(Record, of_a_name_or_a_client_that_is_too_long_is_refused) {
  EXPECT_TRUE(parse_record("AT " + std::string(64, 'R') + " +0.000000001 kiwi +1+1 5"));
  EXPECT_FALSE(parse_record("AT " + std::string(65, 'R') + " +0.000000001 kiwi +1+1 5"));
  EXPECT_TRUE(parse_record("AT Riley +0.000000001 " + std::string(4096, 'x') + " +1+1 5"));
  EXPECT_FALSE(parse_record("AT Riley +0.000000001 " + std::string(4097, 'x') + " +1+1 5"));
}

TEST(Record, heard_before_1970_or_after_the_last_second_is_refused) {
  EXPECT_EQ(parse_record("AT Riley -5.000000000 kiwi +1+1 5")->heard_at, 0);
  EXPECT_FALSE(parse_record("AT Riley -5.000000001 kiwi +1+1 5"));
  EXPECT_FALSE(parse_record("AT Riley -9223372035.999999999 kiwi +1+1 5"));
  EXPECT_EQ(parse_record("AT Riley +1.000000000 kiwi +1+1 9223372034")->heard_at, 9223372035 * second);
  EXPECT_FALSE(parse_record("AT Riley +1.000000001 kiwi +1+1 9223372034"));
  EXPECT_FALSE(parse_record("AT Riley +9223372035.999999999 kiwi +1+1 9223372035.999999999"));
  EXPECT_EQ(parse_record("AT Riley -9223372035.999999999 kiwi +1+1 9223372035.999999999")->heard_at, 0);
}

TEST(Record, cut_at_any_byte_is_refused_until_its_time_begins) {
  const auto time = kiwi.rfind(' ') + 1;
  for (std::size_t length = 0; length <= kiwi.size(); ++length) {
    EXPECT_EQ(parse_record(std::string_view(kiwi).substr(0, length)).has_value(), length > time) << length;
  }
}

TEST(Record, with_any_byte_changed_is_refused_or_says_something_else) {
  for (std::size_t at = 0; at < kiwi.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      auto line = kiwi;
      line[at] = static_cast<char>(byte);
      const auto record = parse_record(line);
      if (!record) continue;
      ASSERT_EQ(line_of(*record), line);
      ASSERT_TRUE(is_valid(*record));
    }
  }
}

TEST(Record, is_written_again_byte_for_byte_whatever_its_digits) {
  for (const auto* report :
       {"+34.068930-118.445127 1621464827.959498503", "-0+0 0", "+0-0.0000000 5.", "-034.50+00118 5", "+1.12345678+1 5",
        "+0001+1 5", "+90.0000000-180 9223372034.999999999", "+1+1 007", "+1+1 1.0123456789", "+1+1 1.000000000"}) {
    const auto line = std::string("AT Riley +0.000000001 kiwi ") + report;
    const auto record = parse_record(line);
    ASSERT_TRUE(record) << line;
    EXPECT_EQ(line_of(*record), line);
  }
}

TEST(RecordOrder, the_newer_client_time_wins_be_it_by_a_nanosecond) {
  EXPECT_EQ(order("AT A +0.000000001 kiwi +1+1 5.000000002", "AT Z +0.000000000 kiwi +9+9 5.000000001"),
            std::strong_ordering::greater);
  EXPECT_EQ(order("AT A +0.000000000 kiwi +1+1 1000000000", "AT Z +0.000000000 kiwi +9+9 999999999.9"),
            std::strong_ordering::greater);
}

TEST(RecordOrder, a_time_more_than_60_s_ahead_of_the_clock_that_heard_it_counts_as_60_s_ahead) {
  const auto* ahead = "AT Riley -900.000000000 kiwi +1+1 1000";  // heard at 100, counts as 160
  EXPECT_EQ(parse_record(ahead)->effective_time(), 160 * second);
  EXPECT_EQ(parse_record("AT Riley -60.000000000 kiwi +1+1 160")->effective_time(), 160 * second);
  EXPECT_EQ(parse_record("AT Riley -60.000000001 kiwi +1+1 160.000000002")->effective_time(), 160 * second + 1);
  EXPECT_EQ(parse_record("AT Riley -59.999999999 kiwi +1+1 160")->effective_time(), 160 * second);
  EXPECT_EQ(parse_record("AT Riley +500.000000000 kiwi +1+1 160")->effective_time(), 160 * second);

  EXPECT_EQ(order(ahead, "AT Riley +0.000000000 kiwi +1+1 160.000000001"), std::strong_ordering::less);
  EXPECT_EQ(order(ahead, "AT Riley +0.000000000 kiwi +1+1 159.999999999"), std::strong_ordering::greater);
}

TEST(RecordOrder, the_last_time_there_is_does_not_overflow) {
  EXPECT_EQ(parse_record("AT Riley -9223372035.999999999 kiwi +1+1 9223372035.999999999")->effective_time(),
            60 * second);
  EXPECT_EQ(parse_record("AT Riley -0.999999999 kiwi +1+1 9223372035.999999999")->effective_time(),
            9223372035'999999999);
  EXPECT_EQ(parse_record("AT Riley -60.999999999 kiwi +1+1 9223372035.999999999")->effective_time(),
            9223372035'000000000);
  EXPECT_EQ(parse_record("AT Riley +0.000000000 kiwi +1+1 0")->effective_time(), 0);
}

TEST(RecordOrder, of_times_that_count_the_same_the_greater_client_time_wins) {
  EXPECT_EQ(order("AT A -900.000000000 kiwi +1+1 1000", "AT Z -60.000000000 kiwi +9+9 160"),
            std::strong_ordering::greater);
}

TEST(RecordOrder, of_equal_times_the_earlier_hearing_wins) {
  EXPECT_EQ(order("AT A +1.000000000 kiwi +1+1 100", "AT Z +1.000000001 kiwi +9+9 100"), std::strong_ordering::greater);
  EXPECT_EQ(order("AT A -1.000000000 kiwi +1+1 100", "AT Z +1.000000000 kiwi +9+9 100"), std::strong_ordering::greater);
}

TEST(RecordOrder, of_equal_hearings_the_greater_server_wins) {
  EXPECT_EQ(order("AT Riley +1.000000000 kiwi +1+1 100", "AT Jaquez +1.000000000 kiwi +9+9 100"),
            std::strong_ordering::greater);
  EXPECT_EQ(order("AT Riley +1.000000000 kiwi +1+1 100", "AT Ri +1.000000000 kiwi +9+9 100"),
            std::strong_ordering::greater);
  EXPECT_EQ(order("AT \xff +1.000000000 kiwi +1+1 100", "AT z +1.000000000 kiwi +9+9 100"),
            std::strong_ordering::greater);
}

TEST(RecordOrder, of_all_else_equal_the_bytes_decide) {
  EXPECT_EQ(order("AT Riley +1.000000000 kiwi +2+1 100", "AT Riley +1.000000000 kiwi +1+9 100"),
            std::strong_ordering::greater);
  EXPECT_EQ(order("AT Riley +1.000000000 kiwi +1+1 100.0", "AT Riley +1.000000000 kiwi +1+1 100"),
            std::strong_ordering::greater);
  EXPECT_EQ(order("AT Riley +1.000000000 kiwi +1+1 100", "AT Riley +1.000000000 kiwi +1+1 100"),
            std::strong_ordering::equal);
}

TEST(RecordOrder, is_total) {
  const std::uint64_t seed = 20260502;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const auto one_of = [&](const std::vector<std::string>& choices) { return choices[random() % choices.size()]; };
  std::vector<std::string> lines;
  for (int i = 0; i < 120; ++i) {
    const Duration heard = static_cast<Duration>(100 + random() % 3) * second;
    const auto time = one_of({"99", "100", "100.0", "161", "162", "163", "5000", "5000.000000001"});
    auto& line = lines.emplace_back("AT " + one_of({"Jaquez", "Riley"}) + " ");
    append_difference(line, heard - *parse_posix_time(time));
    line.append(" kiwi ").append(one_of({"+1+1", "+2+2"})).append(" ").append(time);
  }
  std::vector<Record> records;
  for (const auto& line : lines) records.push_back(parse_record(line).value());
  for (const auto& a : records) {
    for (const auto& b : records) {
      const auto ab = compare(a, b);
      ASSERT_EQ(ab == 0, a == b) << line_of(a) << "\n" << line_of(b);
      ASSERT_EQ(ab, 0 <=> compare(b, a)) << line_of(a) << "\n" << line_of(b);
      if (ab > 0) continue;
      for (const auto& c : records) {
        if (compare(b, c) <= 0)
          ASSERT_TRUE(compare(a, c) <= 0) << line_of(a) << "\n" << line_of(b) << "\n" << line_of(c);
      }
    }
  }
}

Record with_attributes(std::string_view line, std::string_view attributes) {
  auto record = parse_record(line).value();
  record.attributes = attributes;
  return record;
}

const std::string attributes = pack({.accuracy_m = 15});
const std::string more_attributes = pack({.accuracy_m = 15, .battery_percent = 50});

TEST(RecordOrder, looks_at_attributes_last) {
  const auto* five = "AT Riley +0.000000001 kiwi +1+1 5";
  EXPECT_TRUE(compare(with_attributes(five, attributes), with_attributes(five, attributes)) == 0);
  EXPECT_TRUE(compare(with_attributes(five, ""), with_attributes(five, attributes)) < 0);
  EXPECT_TRUE(compare(with_attributes(five, attributes), with_attributes(five, "")) > 0);
  EXPECT_TRUE(compare(with_attributes(five, attributes), with_attributes(five, more_attributes)) < 0);
  for (const auto* greater : {"AT Riley +0.000000001 kiwi +1+1 6", "AT Riley +0.000000000 kiwi +1+1 5",
                              "AT Rilez +0.000000001 kiwi +1+1 5", "AT Riley +0.000000001 kiwi +1+1 5."}) {
    EXPECT_TRUE(compare(with_attributes(five, attributes), with_attributes(greater, "")) < 0) << greater;
  }
}

TEST(Record, has_an_identity_that_is_its_line_and_what_else_was_reported) {
  const auto identity = [](const Record& record) {
    std::string identity;
    append_identity(identity, record);
    return identity;
  };
  EXPECT_EQ(identity(with_attributes(kiwi, "")), kiwi);
  EXPECT_EQ(identity(with_attributes(kiwi, attributes)), kiwi + std::string("\n") + attributes);
}

TEST(Record, is_valid_with_attributes_only_if_they_were_packed) {
  EXPECT_TRUE(is_valid(with_attributes(kiwi, attributes)));
  EXPECT_FALSE(is_valid(with_attributes(kiwi, "fast")));
}

TEST(Tombstone, is_of_now_and_greater_than_all_that_was_said_before) {
  const auto held = parse_record("AT Riley +0.263873386 kiwi +34.068930-118.445127 1621464827.959498503").value();
  const auto now = 1621464900 * second + 5;
  const auto tombstone = tombstone_of(held, "Bernard", now).value();
  EXPECT_TRUE(tombstone.is_tombstone());
  EXPECT_TRUE(is_valid(tombstone));
  std::string line;
  append_line(line, tombstone);
  EXPECT_EQ(line, "FORGOTTEN Bernard +0.000000000 kiwi 1621464900.000000005");
  EXPECT_FALSE(parse_record(line));
  EXPECT_TRUE(compare(tombstone, held) > 0);
  EXPECT_TRUE(compare(tombstone, parse_record("AT Bernard +0.000000000 kiwi -1+1 1621464900.000000005").value()) > 0);
  EXPECT_TRUE(compare(tombstone, parse_record("AT Riley +0.000000000 kiwi +1+1 1621464900.000000006").value()) < 0);
  EXPECT_TRUE(compare(tombstone_of(tombstone, "Bernard", now).value(), tombstone) > 0) << "though it has the same time";
}

// Such a clock's reports win against those of right ones for as long as it is ahead, but not against being forgotten.
TEST(Tombstone, is_greater_than_what_a_clock_that_is_ahead_said) {
  const auto now = 100 * second;
  for (const auto* line : {"AT Riley +0.000000000 kiwi +1+1 5000", "AT Riley -4000.000000000 kiwi +1+1 9000",
                           "AT Riley +4000.000000000 kiwi +1+1 100", "AT Riley -60.000000001 kiwi +1+1 160"}) {
    const auto held = parse_record(line).value();
    const auto tombstone = tombstone_of(held, "Bernard", now).value();
    EXPECT_TRUE(compare(tombstone, held) > 0) << line;
    EXPECT_EQ(tombstone.effective_time(), std::max(now, held.effective_time() + 1)) << line;
  }
}

TEST(Tombstone, at_the_end_of_time_is_none) {
  const auto last = parse_record("AT Riley +0.000000000 kiwi +1+1 9223372035").value();
  EXPECT_TRUE(tombstone_of(last, "Bernard", 5));
  auto later = last;
  later.client_time = 9223372035 * second + 999'999'999;
  EXPECT_FALSE(tombstone_of(later, "Bernard", 5));
}

}  // namespace
}  // namespace herd::wire
