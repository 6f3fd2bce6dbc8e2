#include "herd/node/mqtt_publisher.h"

#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

#include "herd/net/log_file.h"
#include "herd/net/mqtt_client.h"
#include "net/loopback_listener.h"

namespace herd::node {
namespace {

/// A publisher of the server Riley, and what it publishes.
struct Published : testing::Test {
  void hear(const std::string& line) {
    store::RecordStore::Offer offer{wire::parse_record(line).value()};
    store.report({&offer, 1});
  }

  /// What is published next, as "topic payload".
  std::vector<std::string> next() {
    told.clear();
    publisher.publish_changes();
    return told;
  }

  using Told = std::vector<std::string>;

  static MqttConfig config() {
    MqttConfig config;
    config.servers = {"Riley", "Bernard"};
    config.publish = "herd/{client}";
    return config;
  }

  store::RecordStore store{"coast", 4, 1};
  Told told;
  Told withdrawn;
  bool is_idle = false;
  MqttPublisher publisher{config(),
                          "coast",
                          "Riley",
                          store,
                          {.publish = [this](const std::string& topic,
                                             const std::string& payload) { told.push_back(topic + ' ' + payload); },
                           .withdraw = [this](const std::string& topic) { withdrawn.push_back(topic); },
                           .is_idle = [this] { return is_idle; }}};
};

using MqttPublisherTest = Published;

std::string told_at(const std::string& tst) {
  return R"(herd/jane/phone {"_type":"location","topic":"owntracks/jane/phone","tid":"ne","lat":1,"lon":2,"tst":)" +
         tst + R"(,"proxyherd":"coast"})";
}

TEST_F(MqttPublisherTest, tells_each_change_that_this_server_heard_once) {
  hear("AT Riley +0.500000000 jane/phone +1+2 100");
  hear("AT Bernard +0.500000000 other +1+2 100");
  EXPECT_EQ(next(), Told{told_at("100")});
  EXPECT_EQ(next(), Told());
  hear("AT Riley +0.500000000 jane/phone +1+2 101");
  hear("AT Riley +0.500000000 jane/phone +1+2 102");
  EXPECT_EQ(next(), Told{told_at("102")});
  EXPECT_TRUE(publisher.is_own(told.front()));
  EXPECT_FALSE(publisher.is_own(R"({"_type":"location","proxyherd":"mountains"})"));
}

TEST_F(MqttPublisherTest, tells_the_broker_nothing_that_it_told) {
  publisher.heard("jane/phone", 100 * second);
  hear("AT Riley +0.500000000 jane/phone +1+2 100");
  EXPECT_EQ(next(), Told());
  hear("AT Riley +0.500000000 jane/phone +1+2 101");
  EXPECT_EQ(next(), Told{told_at("101")}) << "which came otherwise";
  publisher.heard("jane/phone", 102 * second);
  publisher.heard("jane/phone", 90 * second);
  hear("AT Riley +0.500000000 jane/phone +1+2 102");
  EXPECT_EQ(next(), Told()) << "what it told late changes nothing";
}

TEST_F(MqttPublisherTest, takes_back_what_is_told_of_a_client_that_is_forgotten_whoever_heard_of_it_and_forgot_it) {
  hear("AT Riley +0.500000000 jane/phone +1+2 100");
  hear("AT Bernard +0.500000000 joe%20phone +1+2 100");
  EXPECT_EQ(next(), Told{told_at("100")});
  store.forget("jane/phone", "Bernard", 200 * second);
  EXPECT_EQ(next(), Told{"herd/jane/phone "});
  store.forget("joe%20phone", "Riley", 200 * second);
  EXPECT_EQ(next(), Told{"herd/joe phone "});
  EXPECT_EQ(next(), Told());
  hear("AT Riley +0.500000000 jane/phone +1+2 201");
  EXPECT_EQ(next(), Told{told_at("201")});
}

TEST_F(MqttPublisherTest, withdraws_what_waits_once_another_server_that_publishes_tells_of_the_client) {
  hear("AT Bernard +0.500000000 joe%20phone +1+2 100");
  EXPECT_EQ(next(), Told());
  EXPECT_EQ(withdrawn, Told{"herd/joe phone"});
  hear("AT Gilpin +0.500000000 joe%20phone +1+2 101");
  EXPECT_EQ(next(), Told());
  EXPECT_EQ(withdrawn.size(), 1U) << "Gilpin publishes nothing";
  is_idle = true;
  hear("AT Bernard +0.500000000 joe%20phone +1+2 102");
  EXPECT_EQ(next(), Told());
  EXPECT_EQ(withdrawn.size(), 1U) << "nothing waits";
}

TEST_F(MqttPublisherTest, withdraws_what_waits_once_the_broker_tells_of_the_client) {
  publisher.heard("jane/phone", 100 * second);
  hear("AT Riley +0.500000000 jane/phone +1+2 100");
  EXPECT_EQ(next(), Told());
  EXPECT_EQ(withdrawn, Told{"herd/jane/phone"});
}

TEST_F(MqttPublisherTest, undoes_nothing_that_another_server_heard_while_the_broker_was_away) {
  std::string folder = "/tmp/herd-mqtt-XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  net::LoopbackListener broker;
  net::LogFile log(std::filesystem::path(folder) / "log", 0);
  net::MqttOptions options;
  options.host = "127.0.0.1";
  options.port = broker.port();
  options.client_id = "test";
  net::MqttClient client(options, log, [](const net::MqttClient::Message&) {});
  MqttPublisher publishing(
      config(), "coast", "Riley", store,
      {.publish = [&](std::string topic, std::string payload) { client.publish(std::move(topic), std::move(payload)); },
       .withdraw = [&](const std::string& topic) { client.withdraw(topic); },
       .is_idle = [&] { return client.is_idle(); }});

  hear("AT Riley +0.500000000 moved +1+2 100");
  hear("AT Riley +0.500000000 back +1+2 100");
  hear("AT Riley +0.500000000 gone +1+2 100");
  publishing.publish_changes();
  store.forget("back", "Riley", 200 * second);
  store.forget("gone", "Riley", 200 * second);
  publishing.publish_changes();
  hear("AT Bernard +0.500000000 moved +3+4 300");
  hear("AT Bernard +0.500000000 back +3+4 300");
  publishing.publish_changes();
  hear("AT Riley +0.500000000 zoe +5+6 400");
  publishing.publish_changes();

  auto connection = broker.accept();
  connection.read_until("test");
  connection.write(std::string_view("\x20\x02\0\0", 4));
  const auto told_of_zoe = std::string("herd/zoe\0\2", 10) +
                           R"({"_type":"location","topic":"owntracks/herd/zoe","tid":"oe","lat":5,"lon":6,)" +
                           R"("tst":400,"proxyherd":"coast"})";
  EXPECT_EQ(connection.read_until(R"("proxyherd":"coast"})"),
            std::string("\x33\x0d\0\x09herd/gone\0\1\x33\x76\0\x08", 19) + told_of_zoe);
  std::filesystem::remove_all(folder);
}

TEST_F(MqttPublisherTest, remembers_a_million_clients_that_the_broker_told_of_and_forgets_them_all_with_one_more) {
  publisher.heard("jane/phone", 103 * second);
  for (std::size_t i = 1; i < MqttPublisher::heard_max; ++i) publisher.heard(std::to_string(i), second);
  hear("AT Riley +0.500000000 jane/phone +1+2 101");
  EXPECT_EQ(next(), Told());
  publisher.heard("1", 2 * second);
  hear("AT Riley +0.500000000 jane/phone +1+2 102");
  EXPECT_EQ(next(), Told()) << "one that is known already needs no room";
  EXPECT_EQ(publisher.forgotten(), 0U);
  publisher.heard("one more", second);
  hear("AT Riley +0.500000000 jane/phone +1+2 103");
  EXPECT_EQ(next(), Told{told_at("103")});
  EXPECT_EQ(publisher.forgotten(), 1U);
  EXPECT_EQ(next(), Told());
}

}  // namespace
}  // namespace herd::node
