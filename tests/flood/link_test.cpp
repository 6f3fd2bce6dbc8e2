#include "herd/flood/link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flood/side.h"
#include "herd/base/bytes.h"

namespace herd::flood {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

TEST(Link, a_connection_begins_with_a_hello_and_then_both_hold_what_either_held) {
  Side riley("Riley", "Jaquez", 1);
  Side jaquez("Jaquez", "Riley", 2);
  riley.hear("kiwi", noon);
  jaquez.hear("plum", noon);
  connect(riley, jaquez, 0);
  EXPECT_TRUE(riley.link.is_up());
  EXPECT_TRUE(riley.knows("plum"));
  EXPECT_TRUE(jaquez.knows("kiwi"));
  EXPECT_EQ(jaquez.store.locate("kiwi"), riley.store.locate("kiwi")) << "byte for byte";
}

TEST(Link, a_record_never_goes_back_to_the_neighbour_that_sent_it) {
  Side riley("Riley", "Jaquez", 1);
  Side jaquez("Jaquez", "Riley", 2);
  connect(riley, jaquez, 0);
  riley.hear("kiwi", noon);
  talk(riley, jaquez, 1);
  EXPECT_EQ(riley.link.counters().records_out, 1U);
  EXPECT_EQ(jaquez.link.counters().records_out, 0U);
  EXPECT_EQ(riley.link.counters().records_in, 0U);
}

TEST(Link, a_neighbour_that_lost_nothing_resumes_from_the_position_it_states) {
  Side riley("Riley", "Jaquez", 1);
  Side jaquez("Jaquez", "Riley", 2);
  riley.hear("kiwi", noon);
  connect(riley, jaquez, 0);
  riley.hear("plum", noon);
  riley.link.disconnect();
  jaquez.link.disconnect();
  connect(riley, jaquez, second);
  EXPECT_TRUE(jaquez.knows("plum"));
  EXPECT_EQ(riley.link.counters().records_out, 2U) << "kiwi once, plum once";
  EXPECT_EQ(riley.link.counters().resumes, 1U);
  EXPECT_EQ(riley.link.counters().exchanges, 1U);
}

TEST(Link, an_emptied_server_does_not_empty_its_neighbour_and_gets_everything_back_even_what_it_taught) {
  Side riley("Riley", "Jaquez", 1);
  Side jaquez("Jaquez", "Riley", 2);
  jaquez.hear("plum", noon);
  riley.hear("kiwi", noon);
  connect(riley, jaquez, 0);

  Side reborn("Jaquez", "Riley", 3);
  connect(riley, reborn, second);
  EXPECT_TRUE(reborn.knows("kiwi"));
  EXPECT_TRUE(reborn.knows("plum"));
  EXPECT_TRUE(riley.knows("kiwi"));
  EXPECT_TRUE(riley.knows("plum"));
}

// Found by herd-sim (seed 88429, when a newer connection came to ask for a sign of life of the older one always).
TEST(Link, what_a_server_of_the_same_name_taught_is_sent_to_the_one_that_comes_back_and_resumes) {
  Side riley("Riley", "Jaquez", 1);
  Side jaquez("Jaquez", "Riley", 2);
  Side namesake("Jaquez", "Riley", 3);
  riley.hear("plum", noon);
  connect(riley, jaquez, 0);
  riley.link.disconnect();
  connect(riley, namesake, second);
  namesake.hear("kiwi", noon);
  talk(riley, namesake, second);
  ASSERT_TRUE(riley.knows("kiwi"));
  riley.link.disconnect();

  // No more than hellos, then it resumes: what it stated is still true.
  riley.link.connect(2 * second);
  jaquez.link.connect(2 * second);
  ASSERT_TRUE(riley.link.receive(2 * second, jaquez.written(2 * second)));
  riley.link.disconnect();
  connect(riley, jaquez, 3 * second);
  EXPECT_EQ(riley.link.counters().resumes, 1U);
  EXPECT_TRUE(jaquez.knows("kiwi"));
}

TEST(Link, a_neighbour_that_does_not_read_costs_one_batch_and_then_gets_the_newest_of_each_client_only) {
  Side riley("Riley", "Jaquez", 1);
  Side jaquez("Jaquez", "Riley", 2);
  connect(riley, jaquez, 0);
  for (int round = 0; round < 100; ++round) {
    for (int client = 0; client < 1000; ++client) {
      riley.hear("client" + std::to_string(client), noon + round);
    }
  }
  EXPECT_LE(riley.written(1).size(), wire::batch_bytes + 4096);
  riley.link.disconnect();
  jaquez.link.disconnect();
  connect(riley, jaquez, 2);
  EXPECT_EQ(jaquez.store.clients(), 1000U);
  EXPECT_LE(jaquez.link.counters().records_in, 2000U);
}

TEST(Link, a_position_is_stated_only_when_all_up_to_it_was_sent) {
  Side riley("Riley", "Jaquez", 1);
  Side jaquez("Jaquez", "Riley", 2);
  for (int client = 0; client < 2000; ++client) riley.hear("client" + std::to_string(client), noon);
  riley.link.connect(0);
  jaquez.link.connect(0);
  ASSERT_TRUE(riley.link.receive(0, jaquez.written(0)));
  const auto asked = riley.written(0);
  EXPECT_THAT(messages_in(asked), testing::ElementsAre("hello", "ask"));
  ASSERT_TRUE(jaquez.link.receive(0, asked));
  ASSERT_TRUE(riley.link.receive(0, jaquez.written(0)));
  const auto first = messages_in(riley.written(0));
  ASSERT_THAT(first, testing::Not(testing::IsEmpty()));
  for (const auto& message : first) {
    EXPECT_THAT(message, testing::Not(HasSubstr(" to "))) << "a part of the table is no position";
  }
  std::string last;
  for (;;) {
    const auto batch = messages_in(riley.written(0));
    if (batch.empty()) break;
    last = batch.back();
  }
  EXPECT_THAT(last, HasSubstr(" to 2000"));
}

TEST(Link, a_position_for_what_the_neighbour_taught_is_stated_within_50_ms_even_if_batches_are_full) {
  Side riley("Riley", "Jaquez", 1, 2);
  Side jaquez("Jaquez", "Riley", 2, 2);
  connect(riley, jaquez, 0);
  talk(riley, jaquez, 100 * millisecond);
  // Riley learns something in one partition, and has more than a batch to send in the other.
  std::string taught = "a";
  while (riley.store.partition_of(taught) != 1) taught += "a";
  jaquez.hear(taught, noon);
  talk(jaquez, riley, 200 * millisecond);
  std::size_t heard = 0;
  bool stated = false;
  for (Time now = 201 * millisecond; now < 400 * millisecond && !stated; now += millisecond) {
    for (const auto until = heard + 2000; heard < until; ++heard) {
      const auto client = "c" + std::to_string(heard);
      if (riley.store.partition_of(client) == 0) riley.hear(client, noon);
    }
    std::string_view bytes;
    const auto out = riley.written(now);
    for (bytes = out;;) {
      const auto message = wire::take_message(bytes);
      if (!message || !message->has_value()) break;
      const auto* data = std::get_if<wire::Data>(&**message);
      stated |= data != nullptr && data->partition == 1 && data->position == 1U;
    }
  }
  EXPECT_TRUE(stated);
}

TEST(Link, an_empty_table_is_a_position_too) {
  Side riley("Riley", "Jaquez", 1);
  Side jaquez("Jaquez", "Riley", 2);
  riley.link.connect(0);
  jaquez.link.connect(0);
  ASSERT_TRUE(riley.link.receive(0, jaquez.written(0)));
  EXPECT_THAT(messages_in(riley.written(0)), testing::ElementsAre("hello", "data 0 records to 0"));
}

TEST(Link, what_arrives_is_acknowledged_at_once_after_a_pause_and_within_50_ms_otherwise) {
  Side riley("Riley", "Jaquez", 1);
  Side jaquez("Jaquez", "Riley", 2);
  connect(riley, jaquez, 0);
  const Time later = 100 * millisecond;
  riley.hear("kiwi", noon);
  ASSERT_TRUE(jaquez.link.receive(later, riley.written(later)));
  EXPECT_THAT(messages_in(jaquez.written(later)), testing::ElementsAre("ack"));
  riley.hear("plum", noon);
  ASSERT_TRUE(jaquez.link.receive(later + 1, riley.written(later + 1)));
  EXPECT_EQ(jaquez.link.next_write(), later + 50 * millisecond);
  EXPECT_THAT(messages_in(jaquez.written(later + 1)), SizeIs(0));
  EXPECT_THAT(messages_in(jaquez.written(later + 50 * millisecond)), testing::Contains("ack"));
}

TEST(Link, lag_is_the_age_of_the_oldest_change_that_is_not_acknowledged) {
  Side riley("Riley", "Jaquez", 1);
  Side jaquez("Jaquez", "Riley", 2);
  connect(riley, jaquez, 0);
  talk(riley, jaquez, 100 * millisecond);
  EXPECT_EQ(riley.link.lag(second), 0);
  EXPECT_EQ(riley.link.unacknowledged(), 0U);
  riley.hear("kiwi", noon);
  const auto batch = riley.written(second);
  EXPECT_EQ(riley.link.lag(second + 7 * millisecond), 7 * millisecond);
  EXPECT_EQ(riley.link.unacknowledged(), 1U);
  ASSERT_TRUE(jaquez.link.receive(second, batch));
  ASSERT_TRUE(riley.link.receive(second, jaquez.written(second)));
  EXPECT_EQ(riley.link.lag(2 * second), 0);
}

TEST(Link, half_a_second_of_silence_brings_a_ping_ahead_of_all_records) {
  Side riley("Riley", "Jaquez", 1);
  Side jaquez("Jaquez", "Riley", 2);
  connect(riley, jaquez, 0);
  talk(riley, jaquez, 100 * millisecond);
  const Time later = 600 * millisecond;
  EXPECT_EQ(riley.link.next_write(), later);
  riley.hear("kiwi", noon);
  const auto written = riley.written(later);
  EXPECT_THAT(messages_in(written), testing::ElementsAre("ping", "data 1 records to 1"));
  ASSERT_TRUE(jaquez.link.receive(later, written));
  const auto answer = jaquez.written(later);
  EXPECT_EQ(messages_in(answer).front(), "pong");
  ASSERT_TRUE(riley.link.receive(later + 120 * microsecond, answer));
  EXPECT_EQ(riley.link.round_trip(), 120 * microsecond);
}

TEST(Link, silence_is_found_within_three_seconds) {
  Side riley("Riley", "Jaquez", 1);
  Side jaquez("Jaquez", "Riley", 2);
  connect(riley, jaquez, 0);
  EXPECT_FALSE(riley.link.expire(2 * second));
  const auto expired = riley.link.expire(3 * second);
  ASSERT_TRUE(expired);
  EXPECT_THAT(expired->message, HasSubstr("silent"));
}

TEST(Link, a_connection_without_a_hello_ends_after_half_a_second) {
  Side riley("Riley", "Jaquez", 1);
  riley.link.connect(0);
  EXPECT_FALSE(riley.link.expire(500 * millisecond));
  EXPECT_EQ(riley.link.expire(501 * millisecond)->message, "no hello in time");
}

struct Refusal {
  std::string name;
  std::function<void(wire::Hello&)> change;
  std::string reason;
};

class RefusedHello : public testing::TestWithParam<Refusal> {};

TEST_P(RefusedHello, is_named_and_touches_nothing) {
  Side riley("Riley", "Jaquez", 1);
  wire::Hello hello;
  hello.herd = "ucla";
  hello.server = "Jaquez";
  hello.epoch = 2;
  hello.ahead_max = wire::ahead_max;
  hello.held.resize(1);
  GetParam().change(hello);
  std::string bytes;
  wire::append_message(bytes, hello);
  riley.link.connect(0);
  const auto received = riley.link.receive(0, bytes);
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error().message, "hello refused: " + GetParam().reason);
  EXPECT_FALSE(riley.link.is_up());
  EXPECT_EQ(riley.link.neighbor_epoch(), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Link, RefusedHello,
    testing::Values(Refusal{"herd", [](auto& h) { h.herd = "mit"; }, R"(it is of herd "mit", this one is "ucla")"},
                    Refusal{"name", [](auto& h) { h.server = "Eve"; }, R"(it calls itself "Eve")"},
                    Refusal{"forged_log_line", [](auto& h) { h.server = "Jaquez\n\x1b"; },
                            R"(it calls itself "Jaquez\x0a\x1b")"},
                    Refusal{"version", [](auto& h) { h.version_min = h.version_max = 9; },
                            "it speaks link versions 9 to 9, this server 1 to 4"},
                    Refusal{"order", [](auto& h) { h.order = 2; }, "it orders records in another way"},
                    Refusal{"ahead", [](auto& h) { h.ahead_max = 1; }, "it orders records in another way"},
                    Refusal{"partitions", [](auto& h) { h.held.resize(2); }, "it has 2 partitions, this server 1"},
                    Refusal{"no_epoch", [](auto& h) { h.epoch = 0; }, "it states no epoch"},
                    Refusal{"own_epoch", [](auto& h) { h.epoch = 1; }, "it states our own epoch"}),
    [](const auto& instance) { return instance.param.name; });

TEST(Link, rubbish_ends_the_connection_with_a_reason_and_changes_nothing_stored) {
  const std::pair<std::string, std::string> cases[] = {
      {"GET / HTTP/1.1\r\n\r\n", "bytes (not a server of a herd?)"},
      {std::string(8, '\0'), "a message of 0 bytes"},
      {std::string("\x01\0\0\0\x63", 5), "a message of unknown type 99"},
      {std::string("\x01\0\0\0\x02", 5), "a data message of the wrong shape"},
      {std::string("\x05\0\0\0\x01PHRD", 9), "a hello message of the wrong shape"},
      {std::string("\x0b\0\0\0\x02\0\0\xff\xff\xff\xff\xff\xff\xff\xff", 15), "data before a hello"},
      {std::string("\x01\0\0\0\x03", 5), "an acknowledgement before a hello"},
  };
  for (const auto& [bytes, reason] : cases) {
    Side riley("Riley", "Jaquez", 1);
    riley.hear("kiwi", noon);
    riley.link.connect(0);
    const auto received = riley.link.receive(0, bytes);
    ASSERT_FALSE(received) << reason;
    EXPECT_THAT(received.error().message, HasSubstr(reason));
    EXPECT_EQ(riley.store.clients(), 1U);
  }
}

TEST(Link, data_that_lies_about_itself_ends_the_connection) {
  const auto after_hello = [](const std::function<void(std::string&)>& append) {
    Side riley("Riley", "Jaquez", 1, 16);
    Side jaquez("Jaquez", "Riley", 2, 16);
    riley.link.connect(0);
    jaquez.link.connect(0);
    auto bytes = jaquez.written(0);
    append(bytes);
    const auto received = riley.link.receive(0, bytes);
    return received ? std::string("taken") : received.error().message;
  };
  const auto data_with = [](std::string_view record, std::uint16_t partition) {
    return [=](std::string& out) {
      wire::DataWriter data(out, partition, wire::RecordCoding::packed);
      data.finish(std::nullopt);
      const auto message_bytes = static_cast<std::uint32_t>(11 + 4 + record.size());
      overwrite_le(out, out.size() - 15, message_bytes);
      append_le(out, static_cast<std::uint32_t>(record.size()));
      out.append(record);
    };
  };
  const store::RecordStore store("ucla", 16, 1);
  std::string kiwi;
  const auto line = at_line("Jaquez", "kiwi", noon, noon);
  wire::RecordEncoder(wire::RecordCoding::packed).append(kiwi, *wire::parse_record(line));
  const auto right = static_cast<std::uint16_t>(store.partition_of("kiwi"));
  const auto wrong = static_cast<std::uint16_t>((right + 1) % 16);
  EXPECT_EQ(after_hello(data_with(kiwi, right)), "taken");
  EXPECT_EQ(after_hello(data_with(kiwi, wrong)), "a record in the wrong partition");
  EXPECT_EQ(after_hello(data_with(kiwi + "\n", right)), "a record that is none");
  EXPECT_EQ(after_hello(data_with(line, right)), "a record that is none");
  EXPECT_EQ(after_hello(data_with(kiwi, 16)), "data of partition 16");
  EXPECT_EQ(after_hello([](std::string& out) {
              wire::AckWriter ack(out);
              ack.add({0, 5});
              ack.finish();
            }),
            "an acknowledgement of what was never sent");
  EXPECT_EQ(after_hello([](std::string& out) { wire::append_message(out, wire::Pong{77}); }),
            "a pong that answers no ping");
}

TEST(Link, a_conversation_cut_at_every_byte_means_the_same) {
  Side teller("Riley", "Jaquez", 1);
  teller.hear("kiwi", noon);
  teller.hear("plum", noon);
  // With version 1, for it tells everything without being asked.
  Side silent("Jaquez", "Riley", 9, 1, {.version_max = 1});
  teller.link.connect(0);
  silent.link.connect(0);
  ASSERT_TRUE(teller.link.receive(0, silent.written(0)));
  const auto bytes = teller.written(0);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    Side jaquez("Jaquez", "Riley", 2, 1, {.version_max = 1});
    jaquez.link.connect(0);
    ASSERT_TRUE(jaquez.link.receive(0, bytes.substr(0, cut)));
    ASSERT_TRUE(jaquez.link.receive(0, bytes.substr(cut)));
    EXPECT_EQ(jaquez.store.clients(), 2U) << "cut at " << cut;
  }
}

}  // namespace
}  // namespace herd::flood
