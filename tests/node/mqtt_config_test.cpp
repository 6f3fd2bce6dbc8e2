#include "herd/node/mqtt_config.h"

#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "herd/node/config.h"

namespace herd::node {
namespace {

std::string herd_with(const std::string& lines) {
  return "[herd]\nname = \"n\"\n[[server]]\nid = \"Riley\"\nline = \"127.0.0.1:1\"\npeer = \"127.0.0.1:2\"\n[mqtt]\n" +
         lines;
}

std::string mistakes_in(const std::string& lines) {
  const auto config = parse_config(herd_with(lines), "h.toml");
  return config ? "none" : config.error().message;
}

TEST(MqttConfig, is_none_without_its_section) {
  EXPECT_EQ(
      parse_config("[herd]\nname = \"n\"\n[[server]]\nid = \"A\"\nline = \"127.0.0.1:1\"\npeer = \"127.0.0.1:2\"\n",
                   "h.toml")
          ->mqtt,
      std::nullopt);
}

TEST(MqttConfig, of_a_broker_and_a_topic_is_plain_and_for_all_servers) {
  const auto config = parse_config(herd_with("broker = \"127.0.0.1:1883\"\ntopics = [\"owntracks/+/+\"]\n"), "h.toml");
  const MqttConfig expected{{"127.0.0.1", 1883}, false, {"owntracks/+/+"}, "", std::nullopt, "", {}, false, ""};
  EXPECT_EQ(config->mqtt, expected);
  EXPECT_TRUE(config->mqtt->is_for("Riley"));
}

TEST(MqttConfig, is_what_the_file_says_with_paths_beside_it) {
  const auto config = parse_config(herd_with("broker = \"mqtts://mqtt.example.org\"\ntopics = [\"a/#\", \"+\"]\n"
                                             "user = \"herd\"\npassword_file = \"secret\"\nca = \"ca.pem\"\n"
                                             "servers = [\"Riley\"]\npersistent = true\npublish = \"herd/{client}\"\n"),
                                   "/etc/herd/h.toml");
  const MqttConfig expected{{"mqtt.example.org", 8883}, true,      {"a/#", "+"}, "herd",         "/etc/herd/secret",
                            "/etc/herd/ca.pem",         {"Riley"}, true,         "herd/{client}"};
  EXPECT_EQ(config->mqtt, expected);
  EXPECT_FALSE(config->mqtt->is_for("Jaquez"));
}

TEST(MqttConfig, takes_a_broker_with_scheme_and_port_or_without) {
  const auto broker = [](std::string_view text) {
    MqttConfig config;
    if (!parse_broker(text, config)) return std::string("wrong");
    return config.broker.text() + (config.is_tls ? " TLS" : "");
  };
  EXPECT_EQ(broker("localhost:1"), "localhost:1");
  EXPECT_EQ(broker("mqtt://localhost"), "localhost:1883");
  EXPECT_EQ(broker("mqtts://[::1]"), "[::1]:8883 TLS");
  EXPECT_EQ(broker("mqtts://[::1]:7"), "[::1]:7 TLS");
  for (const auto* text : {"", "localhost", "localhost:0", "http://a:1", "mqtt://", "mqtts://[::1", "a b:1"}) {
    EXPECT_EQ(broker(text), "wrong") << text;
  }
}

TEST(MqttConfig, names_each_mistake) {
  EXPECT_EQ(mistakes_in(""),
            "h.toml:7: [mqtt] has no broker; add broker = \"127.0.0.1:1883\"\n"
            "h.toml:7: [mqtt] hears nothing and says nothing; add topics = [\"owntracks/+/+\"]");
  EXPECT_EQ(mistakes_in("broker = \"here\"\ntopics = [\"a\"]\nbrocker = 1\n"),
            "h.toml:8: broker \"here\" is no broker; write HOST:PORT, such as 127.0.0.1:1883, or mqtts://HOST for TLS\n"
            "h.toml:10: unknown key \"brocker\" in [mqtt]; did you mean \"broker\"?");
  EXPECT_EQ(mistakes_in("broker = \"a:1\"\ntopics = [\"a\"]\npassword_file = \"p\"\nca = \"c\"\nservers = [\"Rily\"]\n"
                        "publish = \"owntracks\"\n"),
            "h.toml:10: password_file is there without a user; add user = \"herd\"\n"
            "h.toml:11: ca is for TLS only; write mqtts:// before the broker\n"
            "h.toml:12: servers of [mqtt] names \"Rily\", which is no server of this herd; did you mean \"Riley\"?\n"
            "h.toml:13: publish is \"owntracks\"; it must be a topic with {client} once and without + and #, such as "
            "\"owntracks/{client}\"");
  for (const auto* topic : {"", "a+", "a/b#", "#/a", "+a/b", "a/+b"}) {
    EXPECT_NE(mistakes_in("broker = \"a:1\"\ntopics = [\"" + std::string(topic) + "\"]\n"), "none") << topic;
  }
  for (const auto* topic : {"#", "+", "a/+/b", "+/#", "/", "a//b"}) {
    EXPECT_EQ(mistakes_in("broker = \"a:1\"\ntopics = [\"" + std::string(topic) + "\"]\n"), "none") << topic;
  }
}

class MqttPassword : public testing::Test {
 protected:
  void SetUp() override {
    const int descriptor = mkstemp(file_.data());
    ASSERT_GE(descriptor, 0);
    close(descriptor);
  }
  void TearDown() override { unlink(file_.c_str()); }

  /// The password of a file of these bytes, or what is wrong with it.
  std::string read(std::string_view bytes) const {
    std::ofstream(file_, std::ios::trunc) << bytes;
    const auto password = read_password(file_);
    return password ? password->text : password.error().message.substr(file_.size());
  }

  std::string file_ = "/tmp/herd-password-XXXXXX";
};

TEST_F(MqttPassword, is_the_one_line_of_its_file) {
  constexpr auto wrong = ": holds no password; it must be one line of at most 1024 bytes";
  EXPECT_EQ(read("secret\n"), "secret");
  EXPECT_EQ(read(" with blanks \r\n"), " with blanks ");
  EXPECT_EQ(read(std::string(1024, 'x')), std::string(1024, 'x'));
  EXPECT_EQ(read(std::string(1025, 'x')), wrong);
  EXPECT_EQ(read(""), wrong);
  EXPECT_EQ(read("\n"), wrong);
  EXPECT_EQ(read("one\ntwo\n"), wrong);
}

TEST_F(MqttPassword, is_warned_of_if_others_can_read_it) {
  std::ofstream(file_, std::ios::trunc) << "secret\n";
  const auto warning = [&](mode_t mode) {
    chmod(file_.c_str(), mode);
    MqttConfig config;
    config.password_file = file_;
    return check_mqtt_files(config).value();
  };
  EXPECT_EQ(warning(0600), "");
  EXPECT_EQ(warning(0400), "");
  const auto expected = file_ +
                        ": other users of this machine can read it, and whoever has the password can pass for "
                        "the herd at the broker; chmod 600 it";
  EXPECT_EQ(warning(0604), expected);
  EXPECT_EQ(warning(0640), expected);
}

TEST_F(MqttPassword, that_is_none_and_authorities_that_are_none_are_found_before_a_server_starts) {
  MqttConfig config;
  EXPECT_EQ(check_mqtt_files(config).value(), "");
  config.authorities = "/none/ca.pem";
  EXPECT_EQ(check_mqtt_files(config).error().message,
            "/none/ca.pem: no certificates can be read from it: No such file or directory; name a PEM file of the "
            "authorities to trust");
  config.password_file = file_;
  EXPECT_EQ(check_mqtt_files(config).error().message,
            file_ + ": holds no password; it must be one line of at most 1024 bytes");
}

TEST(MqttPasswordFile, that_is_missing_is_named) {
  EXPECT_EQ(read_password("/none/secret").error().message,
            "/none/secret: cannot be read: No such file or directory; put the password of the broker's user into it");
}

}  // namespace
}  // namespace herd::node
