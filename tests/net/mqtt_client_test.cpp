#include "herd/net/mqtt_client.h"

#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>

namespace herd::net {
namespace {

class MqttClientTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(mkdtemp(folder_.data()), nullptr); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  /// Of a broker that is none: nobody listens on the discard port of this host.
  MqttOptions nowhere() const {
    MqttOptions options;
    options.host = "127.0.0.1";
    options.port = 9;
    options.client_id = "test";
    return options;
  }

  std::string folder_ = "/tmp/herd-mqtt-XXXXXX";
};

TEST_F(MqttClientTest, without_a_broker_keeps_the_newest_for_so_many_topics_and_counts_what_it_drops) {
  LogFile log(std::filesystem::path(folder_) / "log", 0);
  MqttClient client(nowhere(), log, [](const MqttClient::Message&) {});
  for (std::size_t i = 0; i < MqttClient::topics_waiting_max; ++i) client.publish(std::to_string(i), "old");
  EXPECT_EQ(client.counters().publish_dropped, 0U);
  for (int i = 0; i < 3; ++i) client.publish("one more", "x");
  client.publish("7", "new");
  EXPECT_EQ(client.counters().publish_dropped, 3U);
  EXPECT_EQ(client.counters().published, 0U);
  EXPECT_FALSE(client.counters().is_connected);
}

TEST_F(MqttClientTest, will_not_have_authorities_that_are_none) {
  LogFile log(std::filesystem::path(folder_) / "log", 0);
  auto options = nowhere();
  options.is_tls = true;
  options.authorities = "/none/ca.pem";
  EXPECT_THROW(MqttClient(options, log, [](const MqttClient::Message&) {}), std::runtime_error);
}

}  // namespace
}  // namespace herd::net
