#include "herd/net/mqtt_client.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <mosquitto.h>
#include <netdb.h>
#include <string>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "herd/net/clock.h"
#include "net/loopback_listener.h"

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

/// A real Mosquitto on a free port, which ends with the test.
class Broker {
 public:
  static constexpr const char* program = "/usr/sbin/mosquitto";

  explicit Broker(const std::filesystem::path& folder)
      : port_(refused_port()), conf_(written_conf(folder, port_)), process_(fork()) {
    if (process_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execl(program, program, "-c", conf_.c_str(), nullptr);
    _exit(1);
  }
  Broker(const Broker&) = delete;
  ~Broker() {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }

  std::uint16_t port() const { return port_; }

 private:
  static std::string written_conf(const std::filesystem::path& folder, std::uint16_t port) {
    auto conf = (folder / "mosquitto.conf").string();
    std::ofstream(conf) << "listener " << port << " 127.0.0.1\nallow_anonymous true\nlog_type none\n";
    return conf;
  }

  std::uint16_t port_;
  std::string conf_;
  pid_t process_;
};

TEST_F(MqttClientTest, gives_every_topic_its_turn_though_others_never_stop_changing) {
  if (access(Broker::program, X_OK) != 0) GTEST_SKIP() << "no mosquitto is installed";
  const Broker broker(folder_);
  LogFile log(std::filesystem::path(folder_) / "log", 0);
  auto options = nowhere();
  options.port = broker.port();
  options.topics = {"#"};
  std::atomic<bool> came_first = false;
  std::atomic<bool> came_last = false;
  MqttClient client(options, log, [&](const MqttClient::Message& message) {
    if (message.topic == "!first") came_first = true;
    if (message.topic == "z") came_last = true;
  });
  const auto deadline = steady_now() + 30 * second;
  const auto is_late = [&] { return steady_now() > deadline; };
  while (client.counters().connects == 0 && !is_late()) std::this_thread::yield();
  ASSERT_EQ(client.counters().connects, 1U);

  // Many more topics than may be in flight are always waiting on both sides, in order, of those that come once.
  bool said = false;
  while (!(came_first && came_last) && !is_late()) {
    for (int i = 0; i < 500; ++i) client.publish("m" + std::to_string(i), "x");
    if (!said && client.counters().published > 1000) {
      client.publish("!first", "x");
      client.publish("z", "x");
      said = true;
    }
  }
  EXPECT_TRUE(came_first);
  EXPECT_TRUE(came_last);
  EXPECT_EQ(client.counters().publish_dropped, 0U);
}

TEST_F(MqttClientTest, publishes_the_newest_of_what_was_not_acknowledged_on_the_next_connection) {
  using namespace std::literals;
  LoopbackListener broker;
  LogFile log(std::filesystem::path(folder_) / "log", 0);
  auto options = nowhere();
  options.port = broker.port();
  MqttClient client(options, log, [](const MqttClient::Message&) {});
  constexpr auto accepted = "\x20\x02\0\0"sv;
  {
    auto first = broker.accept();
    EXPECT_THAT(first.read_until("test"), testing::StartsWith("\x10"));
    first.write(accepted);
    client.publish("a", "1st");
    EXPECT_EQ(first.read_until("1st"), "\x33\x08\0\1a\0\1"s + "1st");
    client.publish("a", "2nd");
    EXPECT_EQ(first.read_until("2nd"), "\x33\x08\0\1a\0\2"s + "2nd");
  }
  auto next = broker.accept();
  next.read_until("test");
  next.write(accepted);
  EXPECT_EQ(next.read_until("nd"), "\x33\x08\0\1a\0\1"s + "2nd");
  EXPECT_EQ(client.counters().published, 0U);
  next.write("\x40\x02\0\1"sv);
  const auto deadline = steady_now() + 30 * second;
  while (client.counters().published == 0 && steady_now() < deadline) std::this_thread::yield();
  EXPECT_EQ(client.counters().published, 1U);
  EXPECT_EQ(client.counters().failures, 1U);
}

TEST_F(MqttClientTest, publishes_nothing_that_is_withdrawn_neither_now_nor_on_the_next_connection) {
  using namespace std::literals;
  LoopbackListener broker;
  LogFile log(std::filesystem::path(folder_) / "log", 0);
  auto options = nowhere();
  options.port = broker.port();
  MqttClient client(options, log, [](const MqttClient::Message&) {});
  constexpr auto accepted = "\x20\x02\0\0"sv;
  EXPECT_TRUE(client.is_idle());
  client.publish("a", "1st");
  EXPECT_FALSE(client.is_idle());
  client.withdraw("a");
  EXPECT_TRUE(client.is_idle());
  {
    auto first = broker.accept();
    first.read_until("test");
    first.write(accepted);
    client.publish("b", "1st");
    EXPECT_EQ(first.read_until("1st"), "\x33\x08\0\1b\0\1"s + "1st");
    client.publish("c", "1st");
    EXPECT_EQ(first.read_until("1st"), "\x33\x08\0\1c\0\2"s + "1st");
    EXPECT_FALSE(client.is_idle()) << "they are not acknowledged";
    client.withdraw("b");
  }
  auto next = broker.accept();
  next.read_until("test");
  next.write(accepted);
  EXPECT_EQ(next.read_until("1st"), "\x33\x08\0\1c\0\1"s + "1st");
  next.write("\x40\x02\0\1"sv);
  const auto deadline = steady_now() + 30 * second;
  while (!client.is_idle() && steady_now() < deadline) std::this_thread::yield();
  EXPECT_TRUE(client.is_idle());
  EXPECT_EQ(client.counters().published, 1U);
}

TEST(MqttFailure, is_told_in_words_also_where_the_library_has_none) {
  EXPECT_EQ(mqtt_failure(MOSQ_ERR_KEEPALIVE), "no answer within 30 s");
  EXPECT_EQ(mqtt_failure(MOSQ_ERR_CONN_LOST), "The connection was lost.");
  errno = ENETUNREACH;
  EXPECT_EQ(mqtt_failure(MOSQ_ERR_ERRNO), "Network is unreachable");
  errno = EAI_NONAME;
  EXPECT_EQ(mqtt_failure(MOSQ_ERR_EAI), "its address is not found: Name or service not known");
}

TEST_F(MqttClientTest, will_not_have_authorities_that_are_none) {
  LogFile log(std::filesystem::path(folder_) / "log", 0);
  auto options = nowhere();
  options.is_tls = true;
  const auto refusal = [&](const std::string& file) -> std::string {
    options.authorities = file;
    try {
      const MqttClient client(options, log, [](const MqttClient::Message&) {});
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "none";
  };
  const auto no_pem = folder_ + "/no.pem";
  std::ofstream(no_pem) << "no certificate\n";
  const std::string remedy = "; name a PEM file of the authorities to trust";
  EXPECT_EQ(refusal("/none/ca.pem"),
            "/none/ca.pem: no certificates can be read from it: No such file or directory" + remedy);
  const std::string none = ": no certificates can be read from it: no certificate or crl found";
  EXPECT_THAT(refusal(no_pem), testing::StartsWith(no_pem + none));
  EXPECT_THAT(refusal(folder_), testing::StartsWith(folder_ + none));
}

}  // namespace
}  // namespace herd::net
