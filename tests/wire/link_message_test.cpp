#include "herd/wire/link_message.h"

#include <gtest/gtest.h>
#include <memory>
#include <numeric>
#include <random>

#include "herd/base/bytes.h"

namespace herd::wire {
namespace {

using namespace std::string_literals;

/// The bytes that are written here in hexadecimal, with spaces where a reader wants them.
std::string bytes_of(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); ++i) {
    if (hex[i] == ' ') continue;
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    ++i;
  }
  return bytes;
}

// One of each, as servers of versions 1 and 2 send it: these bytes never change without a new link_version.
const std::string golden_hello = bytes_of(
    "3d000000 01 50485244 01 01 04 75636c61 05 52696c6579 0807060504030201 01 005847f80d000000 1817161514131211 "
    "0200 0500000000000000 ffffffffffffffff");
const std::string golden_data = bytes_of(
    "4e000000 02 0300 0700000000000000 "
    "21000000 41542052696c6579202b302e303030303030303031206b697769202b312b312035 "
    "1a000000 41542041202b302e303030303030303031206b202b312b312035");
// The same as version 3 has it, in which each server is named once in a message; then one as it was written.
const std::string golden_packed_data = bytes_of(
    "81000000 02 0300 0700000000000000 "
    "25000000 00 05 52696c6579 2108 01f2052a01000000 00f2052a01000000 80969800 80969800 6b697769 "
    "1e000000 00 2108 01f2052a01000000 00f2052a01000000 80969800 80969800 656d75 "
    "27000000 00 0000 01f2052a01000000 04000000 2b312b31 04000000 30303035 6b697769 6b697769 6b697769 ");
const std::string golden_data_without_position = bytes_of("0b000000 02 0300 ffffffffffffffff");
const std::string golden_ack = bytes_of("15000000 03 0300 0700000000000000 0f00 0000000000000001");
const std::string golden_ping = bytes_of("09000000 04 0807060504030201");
const std::string golden_pong = bytes_of("09000000 05 ffffffffffffffff");
// Since version 2.
const std::string golden_ask_all = bytes_of("08000000 06 0300 04030201 00");
const std::string golden_ask = bytes_of(
    "8c000000 06 0300 04030201 02 0f000000 "
    "0000000000000000 0100000000000000 0200000000000000 0300000000000000 0400000000000000 0500000000000000 "
    "0600000000000000 0700000000000000 0800000000000000 0900000000000000 0a00000000000000 0b00000000000000 "
    "0c00000000000000 0d00000000000000 0e00000000000000 0f00000000000000");
const std::string golden_reply_all = bytes_of("11000000 07 0300 04030201 00 03 1817161514131211");
const std::string golden_reply = bytes_of("10000000 07 0300 04030201 02 f0000000 ff000000");
const std::string golden_check = bytes_of("1b000000 08 0300 1817161514131211 0700000000000000 ffffffffffffffff");

Hello hello() {
  Hello hello;
  hello.version_min = hello.version_max = 1;
  hello.herd = "ucla";
  hello.server = "Riley";
  hello.epoch = 0x0102030405060708;
  hello.ahead_max = 60 * second;
  hello.held_epoch = 0x1112131415161718;
  hello.held = {5, std::nullopt};
  return hello;
}

/// Takes one message that must be there.
template <class Message>
Message take(std::string_view& bytes) {
  auto message = take_message(bytes);
  EXPECT_TRUE(message) << message.error().message;
  EXPECT_TRUE(message->has_value());
  return std::get<Message>(**message);
}

std::string error_of(std::string_view bytes) {
  const auto message = take_message(bytes);
  if (!message) return message.error().message;
  return message->has_value() ? "none" : "not yet";
}

/// A message of this body, whose first byte is its type.
std::string framed(std::string_view body) {
  std::string bytes;
  append_le(bytes, static_cast<std::uint32_t>(body.size()));
  return bytes.append(body);
}

/// Reads all there is, as a server would, from memory that ends with the last byte.
void read_all(std::string_view text) {
  const auto memory = std::make_unique_for_overwrite<char[]>(text.size());
  text.copy(memory.get(), text.size());
  std::string_view bytes{memory.get(), text.size()};
  for (;;) {
    const auto before = bytes.size();
    const auto message = take_message(bytes);
    if (!message || !message->has_value()) return;
    ASSERT_LT(bytes.size(), before);
    if (const auto* data = std::get_if<Data>(&**message)) {
      auto records = data->records;
      while (take_record(records)) {
      }
    } else if (const auto* ack = std::get_if<Ack>(&**message)) {
      auto positions = ack->positions;
      while (take_acknowledged(positions)) {
      }
    }
  }
}

TEST(LinkMessage, hello_is_these_bytes) {
  std::string out = "before";
  append_message(out, hello());
  EXPECT_EQ(out, "before" + golden_hello);

  std::string_view bytes = golden_hello;
  EXPECT_EQ(take<Hello>(bytes), hello());
  EXPECT_EQ(bytes, "");
}

TEST(LinkMessage, data_is_these_bytes) {
  std::string out = "before";
  DataWriter data(out, 3, RecordCoding::lines);
  EXPECT_FALSE(data.has_records());
  data.add(parse_record("AT Riley +0.000000001 kiwi +1+1 5").value());
  EXPECT_TRUE(data.has_records());
  data.add(parse_record("AT A +0.000000001 k +1+1 5").value());
  EXPECT_EQ(data.bytes(), golden_data.size());
  data.finish(7);
  EXPECT_EQ(out, "before" + golden_data);

  std::string_view bytes = golden_data;
  auto taken = take<Data>(bytes);
  EXPECT_EQ(bytes, "");
  EXPECT_EQ(taken.partition, 3);
  EXPECT_EQ(taken.position, 7U);
  EXPECT_EQ(take_record(taken.records), "AT Riley +0.000000001 kiwi +1+1 5");
  EXPECT_EQ(take_record(taken.records), "AT A +0.000000001 k +1+1 5");
  EXPECT_EQ(take_record(taken.records), std::nullopt);
  EXPECT_EQ(taken.records, "");
}

TEST(LinkMessage, packed_data_is_these_bytes) {
  std::string out = "before";
  DataWriter data(out, 3, RecordCoding::packed);
  data.add(parse_record("AT Riley +0.000000001 kiwi +1+1 5").value());
  data.add(parse_record("AT Riley +0.000000001 emu +1+1 5").value());
  data.add(parse_record("AT Riley +0.000000001 kiwikiwikiwi +1+1 0005").value());
  data.finish(7);
  EXPECT_EQ(out, "before" + golden_packed_data);
}

TEST(LinkMessage, data_without_a_position_is_these_bytes) {
  std::string out;
  DataWriter data(out, 3, RecordCoding::packed);
  data.finish(std::nullopt);
  EXPECT_EQ(out, golden_data_without_position);

  std::string_view bytes = golden_data_without_position;
  const auto taken = take<Data>(bytes);
  EXPECT_EQ(taken.partition, 3);
  EXPECT_EQ(taken.position, std::nullopt);
  EXPECT_EQ(taken.records, "");
}

TEST(LinkMessage, data_that_is_cancelled_leaves_no_byte) {
  std::string out = "before";
  DataWriter data(out, 3, RecordCoding::packed);
  data.add(parse_record("AT Riley +0.000000001 kiwi +1+1 5").value());
  data.cancel();
  EXPECT_EQ(out, "before");
}

TEST(LinkMessage, ack_is_these_bytes) {
  std::string out = "before";
  AckWriter ack(out);
  ack.add({3, 7});
  ack.add({15, Position{1} << 56U});
  ack.finish();
  EXPECT_EQ(out, "before" + golden_ack);

  std::string_view bytes = golden_ack;
  auto taken = take<Ack>(bytes);
  EXPECT_EQ(bytes, "");
  auto acknowledged = take_acknowledged(taken.positions).value();
  EXPECT_EQ(acknowledged.partition, 3);
  EXPECT_EQ(acknowledged.position, 7U);
  acknowledged = take_acknowledged(taken.positions).value();
  EXPECT_EQ(acknowledged.partition, 15);
  EXPECT_EQ(acknowledged.position, Position{1} << 56U);
  EXPECT_FALSE(take_acknowledged(taken.positions));
  EXPECT_EQ(taken.positions, "");
}

TEST(LinkMessage, ping_and_pong_are_these_bytes) {
  std::string out;
  append_message(out, Ping{0x0102030405060708});
  append_message(out, Pong{-1});
  EXPECT_EQ(out, golden_ping + golden_pong);

  std::string_view bytes = out;
  EXPECT_EQ(take<Ping>(bytes).sent, 0x0102030405060708);
  EXPECT_EQ(take<Pong>(bytes).sent, -1);
  EXPECT_EQ(bytes, "");
}

TEST(LinkMessage, ask_is_these_bytes) {
  std::string out = "before";
  AskWriter(out, 3, 0x01020304, 0).finish();
  AskWriter ask(out, 3, 0x01020304, 2);
  Siblings siblings{15, {}};
  std::iota(siblings.digests.begin(), siblings.digests.end(), 0U);
  ask.add(siblings);
  ask.finish();
  EXPECT_EQ(out, "before" + golden_ask_all + golden_ask);

  std::string_view bytes = golden_ask;
  auto taken = take<Ask>(bytes);
  EXPECT_EQ(bytes, "");
  EXPECT_EQ(taken.partition, 3);
  EXPECT_EQ(taken.exchange, 0x01020304U);
  EXPECT_EQ(taken.level, 2);
  const auto back = take_siblings(taken.siblings).value();
  EXPECT_EQ(back.parent, 15U);
  EXPECT_EQ(back.digests, siblings.digests);
  EXPECT_FALSE(take_siblings(taken.siblings));
  EXPECT_EQ(taken.siblings, "");
}

TEST(LinkMessage, reply_is_these_bytes) {
  std::string out = "before";
  ReplyWriter all(out, 3, 0x01020304, 0);
  all.add(Summary{3, 0x1112131415161718});
  all.finish();
  ReplyWriter reply(out, 3, 0x01020304, 2);
  reply.add(0xf0);
  reply.add(0xff);
  reply.finish();
  EXPECT_EQ(out, "before" + golden_reply_all + golden_reply);

  std::string_view bytes = std::string_view(out).substr(6);
  auto taken = take<Reply>(bytes);
  EXPECT_EQ(taken.level, 0);
  const auto summary = take_summary(taken.rest).value();
  EXPECT_EQ(summary.depth, 3);
  EXPECT_EQ(summary.digest, 0x1112131415161718U);
  EXPECT_EQ(taken.rest, "");
  taken = take<Reply>(bytes);
  EXPECT_EQ(taken.partition, 3);
  EXPECT_EQ(taken.exchange, 0x01020304U);
  EXPECT_EQ(taken.level, 2);
  EXPECT_EQ(take_node(taken.rest), 0xf0U);
  EXPECT_EQ(take_node(taken.rest), 0xffU);
  EXPECT_EQ(take_node(taken.rest), std::nullopt);
  EXPECT_EQ(taken.rest, "");
}

TEST(LinkMessage, check_is_these_bytes) {
  std::string out;
  append_message(out, Check{3, 0x1112131415161718, 7, std::nullopt});
  EXPECT_EQ(out, golden_check);
  std::string_view bytes = golden_check;
  const auto taken = take<Check>(bytes);
  EXPECT_EQ(bytes, "");
  EXPECT_EQ(taken.partition, 3);
  EXPECT_EQ(taken.digest, 0x1112131415161718U);
  EXPECT_EQ(taken.sequence, 7U);
  EXPECT_EQ(taken.held, std::nullopt);
}

TEST(LinkMessage, siblings_or_summary_cut_short_are_left_where_they_are) {
  const auto bytes = golden_ask.substr(12);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    auto siblings = std::string_view(bytes).substr(0, length);
    ASSERT_FALSE(take_siblings(siblings));
    ASSERT_EQ(siblings.size(), length);
  }
  std::string_view rest = "12345678";
  EXPECT_FALSE(take_summary(rest));
  rest = "123";
  EXPECT_FALSE(take_node(rest));
}

TEST(LinkMessage, hello_comes_back_whatever_it_says) {
  Hello extreme;
  extreme.version_min = 0;
  extreme.version_max = 255;
  extreme.herd = std::string(255, 'h');
  extreme.server = "\0\xff"s;
  extreme.epoch = ~std::uint64_t{0};
  extreme.order = 255;
  extreme.ahead_max = -1;
  extreme.held_epoch = 1;
  extreme.held.assign(4096, Position{0});
  for (const auto& each : {Hello{}, hello(), extreme}) {
    std::string out;
    append_message(out, each);
    std::string_view bytes = out;
    EXPECT_EQ(take<Hello>(bytes), each);
    EXPECT_EQ(bytes, "");
  }
}

TEST(LinkMessage, of_which_bytes_are_missing_is_not_there_yet_and_takes_none) {
  for (const auto& whole : {golden_hello, golden_data, golden_data_without_position, golden_ack, golden_ping,
                            golden_pong, golden_ask, golden_reply, golden_check}) {
    for (std::size_t length = 0; length < whole.size(); ++length) {
      const auto memory = std::make_unique_for_overwrite<char[]>(length);
      whole.copy(memory.get(), length);
      std::string_view bytes{memory.get(), length};
      const auto message = take_message(bytes);
      ASSERT_TRUE(message) << message.error().message;
      ASSERT_FALSE(message->has_value());
      ASSERT_EQ(bytes.size(), length);
    }
  }
}

TEST(LinkMessage, is_taken_alone_however_much_follows) {
  const auto stream = golden_hello + golden_ping + golden_data + golden_ack;
  std::string_view bytes = stream;
  take<Hello>(bytes);
  EXPECT_EQ(bytes, golden_ping + golden_data + golden_ack);
  take<Ping>(bytes);
  EXPECT_EQ(bytes, golden_data + golden_ack);
  take<Data>(bytes);
  EXPECT_EQ(bytes, golden_ack);
}

TEST(LinkMessage, whose_length_leaves_out_its_end_is_refused) {
  for (const auto& whole :
       {golden_hello, golden_data_without_position, golden_ping, golden_pong, golden_ask_all, golden_check}) {
    const auto body = std::string_view(whole).substr(4);
    for (std::size_t length = 1; length < body.size(); ++length) {
      ASSERT_TRUE(error_of(framed(body.substr(0, length))).ends_with(" message of the wrong shape")) << length;
    }
  }
}

TEST(LinkMessage, with_a_byte_too_many_is_refused) {
  EXPECT_EQ(error_of(framed(golden_hello.substr(4) + "x")), "a hello message of the wrong shape");
  EXPECT_EQ(error_of(framed(golden_ping.substr(4) + "x")), "a ping message of the wrong shape");
  EXPECT_EQ(error_of(framed(golden_pong.substr(4) + "x")), "a pong message of the wrong shape");
  EXPECT_EQ(error_of(framed(golden_check.substr(4) + "x")), "a check message of the wrong shape");
}

TEST(LinkMessage, hello_that_lacks_a_field_in_its_middle_is_refused) {
  // A herd's name longer than what follows it, after which all the rest would fit.
  EXPECT_EQ(
      error_of(framed(bytes_of("01 50485244 01 01 ff 00 0807060504030201 01 005847f80d000000 1817161514131211 0000"))),
      "a hello message of the wrong shape");
  // No room for the epoch, yet for an order and no partitions.
  EXPECT_EQ(error_of(framed(bytes_of("01 50485244 01 01 00 00 01 0000"))), "a hello message of the wrong shape");
}

TEST(LinkMessage, hello_without_the_magic_word_is_refused) {
  auto bytes = golden_hello;
  bytes[5] = 'p';
  EXPECT_EQ(error_of(bytes), "a hello message of the wrong shape");
}

TEST(LinkMessage, hello_whose_positions_do_not_fit_their_number_is_refused) {
  auto bytes = golden_hello;
  bytes[47] = 3;
  EXPECT_EQ(error_of(bytes), "a hello message of the wrong shape");
  Hello many;
  many.held.resize(4097);
  bytes.clear();
  append_message(bytes, many);
  EXPECT_EQ(error_of(bytes), "a hello message of the wrong shape");
}

TEST(LinkMessage, of_no_bytes_or_too_many_is_refused_before_it_came) {
  EXPECT_EQ(error_of(bytes_of("00000000")), "a message of 0 bytes (not a server of a herd?)");
  EXPECT_EQ(error_of(bytes_of("00002000")), "not yet");  // 2 MiB
  EXPECT_EQ(error_of(bytes_of("01002000")), "a message of 2097153 bytes (not a server of a herd?)");
  EXPECT_EQ(error_of(bytes_of("ffffffff")), "a message of 4294967295 bytes (not a server of a herd?)");
  EXPECT_EQ(error_of("IAMAT kiwi +1+1 5\n"), "a message of 1095582025 bytes (not a server of a herd?)");
}

TEST(LinkMessage, of_the_greatest_length_is_taken) {
  std::string body = golden_data_without_position.substr(4);
  body.resize(message_bytes_max, 'x');
  EXPECT_EQ(error_of(framed(body)), "none");
}

TEST(LinkMessage, of_an_unknown_type_is_refused) {
  EXPECT_EQ(error_of(framed("\0"s)), "a message of unknown type 0");
  EXPECT_EQ(error_of(framed("\x09")), "a message of unknown type 9");
  EXPECT_EQ(error_of(framed("\xff")), "a message of unknown type 255");
}

TEST(LinkMessage, record_that_leads_beyond_its_message_is_left_where_it_is) {
  for (const auto* hex : {"03000000 6162", "ffffffff 6162", "000000", "01000000"}) {
    const auto bytes = bytes_of(hex);
    std::string_view records = bytes;
    EXPECT_EQ(take_record(records), std::nullopt);
    EXPECT_EQ(records, bytes);
  }
}

TEST(LinkMessage, acknowledged_position_that_is_cut_short_is_left_where_it_is) {
  const auto bytes = bytes_of("0300 07000000000000");
  std::string_view positions = bytes;
  EXPECT_FALSE(take_acknowledged(positions));
  EXPECT_EQ(positions, bytes);
}

TEST(LinkMessage, with_any_byte_changed_does_no_harm) {
  const auto stream =
      golden_hello + golden_data + golden_ack + golden_ping + golden_pong + golden_ask + golden_reply + golden_check;
  for (std::size_t at = 0; at < stream.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      auto changed = stream;
      changed[at] = static_cast<char>(byte);
      read_all(changed);
    }
  }
}

TEST(LinkMessage, of_random_bytes_does_no_harm) {
  const std::uint64_t seed = 20260503;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int i = 0; i < 50'000; ++i) {
    // A good length and type, so that what comes after them is looked at.
    std::string body(1, static_cast<char>(random() % 7));
    if (body[0] == 1 && random() % 2 == 0) body += "PHRD";
    for (auto left = random() % 64; left != 0; --left) body += static_cast<char>(random() % 3 == 0 ? random() : 0);
    read_all(framed(body) + golden_ping);
  }
}

}  // namespace
}  // namespace herd::wire
