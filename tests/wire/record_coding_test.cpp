#include "herd/wire/record_coding.h"

#include <gtest/gtest.h>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "herd/base/bytes.h"
#include "herd/wire/attributes.h"

namespace herd::wire {
namespace {

const std::vector<std::string> lines = {
    "AT Riley +0.263873386 kiwi.cs.ucla.edu +34.068930-118.445127 1621464827.959498503",
    "AT Riley -0.000000001 emu -0.0+0 1621464827",
    "AT Bernard +1.000000000 k\xff\xc2\xa0 +90-180.0000000 5.",
    "AT Riley +1.000000000 kiwi +0001+1 5",
    "AT Bernard +1.000000000 kiwi +1.12345678+1 5.0123456789",
    "AT Riley +7.000000000 " + std::string(4096, 'k') + " -7+7 0",
};

/// The records' codings as they follow one another in a message.
std::vector<std::string> encoded(RecordCoding coding) {
  RecordEncoder encoder(coding);
  std::vector<std::string> all;
  for (const auto& line : lines) encoder.append(all.emplace_back(), parse_record(line).value());
  return all;
}

Record with_attributes(std::string_view line, std::string_view attributes) {
  auto record = parse_record(line).value();
  record.attributes = attributes;
  return record;
}

std::string encoded(const Record& record, RecordCoding coding = RecordCoding::whole) {
  std::string bytes;
  RecordEncoder(coding).append(bytes, record);
  return bytes;
}

std::string decoded(RecordDecoder& decoder, std::string_view bytes) {
  const auto record = decoder.decode(bytes);
  if (!record) return "none";
  std::string line;
  append_identity(line, *record);
  return line;
}

TEST(RecordCoding, gives_every_record_back_byte_for_byte) {
  for (const auto coding : {RecordCoding::lines, RecordCoding::packed, RecordCoding::whole}) {
    const auto records = encoded(coding);
    RecordDecoder decoder(coding);
    for (std::size_t i = 0; i < lines.size(); ++i) EXPECT_EQ(decoded(decoder, records[i]), lines[i]);
  }
}

TEST(RecordCoding, as_lines_is_the_lines) {
  EXPECT_EQ(encoded(RecordCoding::lines), lines);
}

TEST(RecordCoding, packed_names_a_server_once_and_takes_a_good_third_less_than_a_line) {
  const auto records = encoded(RecordCoding::packed);
  EXPECT_EQ(records[0].size(), 1 + 6 + 2 + 8 + 8 + 8 + std::string_view("kiwi.cs.ucla.edu").size());
  EXPECT_EQ(records[1].size(), 1 + 2 + 8 + 8 + 8 + std::string_view("emu").size());
}

TEST(RecordCoding, packed_has_room_for_more_servers_than_it_has_numbers_for) {
  RecordEncoder encoder(RecordCoding::packed);
  RecordDecoder decoder(RecordCoding::packed);
  std::vector<std::string> all_lines;
  for (int i = 0; i < 600; ++i) {
    all_lines.push_back("AT server-" + std::to_string(i % 300) + " +1.000000000 kiwi +1+1 5");
  }
  std::vector<std::string> records;
  for (const auto& line : all_lines) encoder.append(records.emplace_back(), parse_record(line).value());
  for (std::size_t i = 0; i < records.size(); ++i) {
    ASSERT_EQ(decoded(decoder, records[i]), all_lines[i]);
    ASSERT_EQ(records[i].find("server-") != std::string::npos, i < 300 || i % 300 >= 255) << i;
  }
}

TEST(RecordCoding, cut_short_is_no_record) {
  for (const auto coding : {RecordCoding::lines, RecordCoding::packed, RecordCoding::whole}) {
    const auto whole = encoded(coding)[0];
    const auto id_or_time = coding != RecordCoding::lines ? whole.size() - 16 : whole.rfind(' ') + 1;
    for (std::size_t length = 0; length <= id_or_time; ++length) {
      RecordDecoder decoder(coding);
      EXPECT_EQ(decoded(decoder, std::string_view(whole).substr(0, length)), "none") << length;
    }
  }
}

TEST(RecordCoding, that_no_server_would_write_is_no_record) {
  const auto packed = [](std::string_view start, std::uint16_t style, Time heard_at, Time client_time,
                         std::int32_t latitude, std::int32_t longitude, std::string_view client) {
    std::string bytes(start);
    append_le(bytes, style);
    append_le(bytes, heard_at);
    append_le(bytes, client_time);
    append_le(bytes, latitude);
    append_le(bytes, longitude);
    bytes.append(client);
    RecordDecoder decoder(RecordCoding::packed);
    return decoded(decoder, bytes);
  };
  using namespace std::string_literals;
  const auto riley = "\0\5Riley"s;
  const auto plain = parse_record("AT Riley +0.000000000 kiwi +1+1 5")->style.bits();
  const auto degree = 10'000'000;
  EXPECT_EQ(packed(riley, plain, 5 * second, 5 * second, degree, degree, "kiwi"), "AT Riley +0.000000000 kiwi +1+1 5");
  EXPECT_EQ(packed(riley, plain, 5 * second, 5 * second, degree, degree, ""), "none") << "no client";
  EXPECT_EQ(packed(riley, plain, 5 * second, 5 * second, degree, degree, "ki wi"), "none");
  EXPECT_EQ(packed(riley, plain, 5 * second, 5 * second, degree, degree, std::string(4097, 'k')), "none");
  EXPECT_EQ(packed(riley, plain, 5 * second, 5 * second, degree + 1, degree, "kiwi"), "none") << "digits not said";
  EXPECT_EQ(packed(riley, plain, 5 * second, 5 * second, 91 * degree, degree, "kiwi"), "none");
  EXPECT_EQ(packed(riley, plain, 5 * second, 5 * second, -degree, degree, "kiwi"), "none") << "a minus not said";
  EXPECT_EQ(packed(riley, plain, 5 * second, 5 * second + 1, degree, degree, "kiwi"), "none");
  EXPECT_EQ(packed(riley, plain, 5 * second, -5 * second, degree, degree, "kiwi"), "none");
  EXPECT_EQ(packed(riley, plain, -1, 5 * second, degree, degree, "kiwi"), "none") << "heard before 1970";
  EXPECT_EQ(packed(riley, 0xffff, 5 * second, 5 * second, degree, degree, "kiwi"), "none");
  EXPECT_EQ(packed(riley, 1, 5 * second, 5 * second, degree, degree, "kiwi"), "none");
  EXPECT_EQ(packed("\1"s, plain, 5 * second, 5 * second, degree, degree, "kiwi"), "none") << "a server not named";
  EXPECT_EQ(packed("\0\0"s, plain, 5 * second, 5 * second, degree, degree, "kiwi"), "none") << "a name of no bytes";
  EXPECT_EQ(packed("\0\3R y"s, plain, 5 * second, 5 * second, degree, degree, "kiwi"), "none");
}

TEST(RecordCoding, of_texts_that_need_not_be_kept_is_no_record) {
  const auto kept = [](std::string_view location, std::string_view time) {
    std::string bytes("\0\5Riley\0\0", 9);
    append_le(bytes, 6 * second);
    for (const auto text : {location, time}) {
      append_le(bytes, static_cast<std::uint32_t>(text.size()));
      bytes.append(text);
    }
    bytes.append("kiwi");
    RecordDecoder decoder(RecordCoding::packed);
    return decoded(decoder, bytes);
  };
  EXPECT_EQ(kept("+0001+1", "5"), "AT Riley +1.000000000 kiwi +0001+1 5");
  EXPECT_EQ(kept("+1+1", "05"), "AT Riley +1.000000000 kiwi +1+1 05");
  EXPECT_EQ(kept("+1+1", "5"), "none");
  EXPECT_EQ(kept("+0001 +1", "5"), "none");
  EXPECT_EQ(kept("+0001+1", ""), "none");
}

TEST(RecordCoding, of_a_report_without_attributes_has_not_grown) {
  EXPECT_EQ(encoded(RecordCoding::whole), encoded(RecordCoding::packed));
}

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const auto part : parts) all += part;
  return all;
}

TEST(RecordCoding, carries_attributes_behind_the_client) {
  const auto attributes = pack({.speed_mps = 1.5, .others = {{"ssid", "a b"}}});
  for (const auto& line : lines) {
    const auto record = with_attributes(line, attributes);
    RecordDecoder decoder(RecordCoding::whole);
    EXPECT_EQ(encoded(record), joined({encoded(parse_record(line).value()), " ", attributes}));
    EXPECT_EQ(decoded(decoder, encoded(record)), joined({line, "\n", attributes}));
    for (const auto old : {RecordCoding::lines, RecordCoding::packed}) {
      EXPECT_EQ(encoded(record, old), encoded(parse_record(line).value(), old));
    }
  }
}

TEST(RecordCoding, carries_a_tombstone) {
  const auto held = parse_record("AT Riley +1.000000000 kiwi +1+1 5").value();
  const auto bytes = encoded(tombstone_of(held, "Riley", 7 * second).value());
  EXPECT_EQ(bytes.size(), 1 + 6 + 2 + 8 + 8 + std::string_view("kiwi").size());
  RecordDecoder decoder(RecordCoding::whole);
  EXPECT_EQ(decoded(decoder, bytes), "FORGOTTEN Riley +0.000000000 kiwi 7.000000000");
  RecordDecoder of_version_3(RecordCoding::packed);
  EXPECT_EQ(decoded(of_version_3, bytes), "none");
  for (std::size_t length = 0; length <= bytes.size() - 4; ++length) {
    RecordDecoder anew(RecordCoding::whole);
    EXPECT_EQ(decoded(anew, std::string_view(bytes).substr(0, length)), "none") << length;
  }
}

TEST(RecordCoding, with_attributes_that_nobody_packed_is_no_record) {
  const auto line = encoded(parse_record(lines[0]).value());
  const auto held = parse_record("AT Riley +1.000000000 kiwi +1+1 5").value();
  const auto tombstone = encoded(tombstone_of(held, "Riley", 7 * second).value());
  const auto accuracy = pack({.accuracy_m = 15});
  for (const auto& bytes :
       {joined({line, " "}), joined({line, "  ", accuracy}), joined({line, " ", accuracy, accuracy}),
        joined({line, " ", accuracy.substr(0, accuracy.size() - 1)}), joined({line, "\t", accuracy}),
        joined({line, " fast"}), joined({tombstone, " ", accuracy}), joined({tombstone, " "})}) {
    RecordDecoder decoder(RecordCoding::whole);
    EXPECT_EQ(decoded(decoder, bytes), "none");
  }
  RecordDecoder of_version_3(RecordCoding::packed);
  EXPECT_EQ(decoded(of_version_3, line + " " + accuracy), "none");
}

}  // namespace
}  // namespace herd::wire
