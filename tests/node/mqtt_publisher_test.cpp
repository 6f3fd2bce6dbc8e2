#include "herd/node/mqtt_publisher.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

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

  store::RecordStore store{"coast", 4, 1};
  Told told;
  MqttPublisher publisher{
      "herd/{client}", "coast", "Riley", store,
      [this](const std::string& topic, const std::string& payload) { told.push_back(topic + ' ' + payload); }};
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
