#include "herd/node/mqtt_config.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sys/stat.h>

#include "herd/base/nearest_name.h"
#include "herd/base/text.h"
#include "herd/net/https_client.h"

namespace herd::node {
namespace {

constexpr std::size_t topics_max = 100;
constexpr std::size_t topic_bytes_max = 1024;
constexpr std::size_t password_bytes_max = 1024;
constexpr std::string_view placeholder = "{client}";

/// MQTT 3.1.1 section 4.7: + stands for a whole level, # for all that follow.
bool is_filter(std::string_view topic) {
  if (topic.empty() || topic.size() > topic_bytes_max || topic.find('\0') != std::string_view::npos) return false;
  for (std::size_t i = 0; i < topic.size(); ++i) {
    if (topic[i] != '+' && topic[i] != '#') continue;
    const bool begins = i == 0 || topic[i - 1] == '/';
    const bool ends = i + 1 == topic.size() || (topic[i] == '+' && topic[i + 1] == '/');
    if (!begins || !ends) return false;
  }
  return true;
}

bool is_template(std::string_view topic) {
  const auto at = topic.find(placeholder);
  return at != std::string_view::npos && topic.find(placeholder, at + 1) == std::string_view::npos &&
         topic.size() <= topic_bytes_max && topic.find_first_of(std::string_view("+#\0", 3)) == std::string_view::npos;
}

}  // namespace

bool MqttConfig::is_for(std::string_view server) const {
  return servers.empty() || std::ranges::find(servers, server) != servers.end();
}

const std::vector<std::string>& mqtt_keys() {
  static const std::vector<std::string> keys{"broker", "topics",  "user",       "password_file",
                                             "ca",     "servers", "persistent", "publish"};
  return keys;
}

Result<void> parse_broker(std::string_view text, MqttConfig& config) {
  struct Scheme {
    std::string_view prefix;
    bool is_tls;
    std::uint16_t port;
  };
  constexpr std::array schemes{Scheme{"mqtt://", false, 1883}, Scheme{"mqtts://", true, 8883}};
  std::string address(text);
  for (const auto& scheme : schemes) {
    if (!text.starts_with(scheme.prefix)) continue;
    config.is_tls = scheme.is_tls;
    address = text.substr(scheme.prefix.size());
    const auto host_end = address.starts_with('[') ? address.find(']') : 0;
    if (host_end != std::string::npos && address.find(':', host_end) == std::string::npos) {
      address += ':' + std::to_string(scheme.port);
    }
  }
  auto parsed = parse_endpoint(address);
  if (!parsed || parsed->port == 0) {
    return Error{in_quotes(text) + " is no broker; write HOST:PORT, such as 127.0.0.1:1883, or mqtts://HOST for TLS"};
  }
  config.broker = *std::move(parsed);
  return {};
}

MqttConfig read_mqtt(const TomlSection& section, const std::filesystem::path& folder,
                     const std::vector<std::string>& servers, Mistakes& mistakes) {
  MqttConfig config;
  if (const auto broker = section.required_string("broker", "\"127.0.0.1:1883\"")) {
    if (const auto parsed = parse_broker(broker->value, config); !parsed) {
      mistakes.add(broker->line, "broker " + parsed.error().message);
    }
  }
  for (auto& topic : section.strings("topics", "[\"owntracks/+/+\"]")) {
    if (!is_filter(topic.value)) {
      mistakes.add(topic.line, "topics: " + in_quotes(topic.value) +
                                   " is no topic; + stands for a whole level and # for all that follow, as in "
                                   "\"owntracks/+/+\"");
    }
    config.topics.push_back(std::move(topic.value));
  }
  if (config.topics.size() > topics_max) {
    mistakes.add(section.line(), "[mqtt] has more than " + std::to_string(topics_max) + " topics; use + and #");
  }
  if (auto user = section.string("user", "\"herd\"")) config.user = std::move(user->value);
  if (const auto file = section.string("password_file", "\"mqtt.password\"")) {
    config.password_file = (folder / file->value).lexically_normal();
    if (config.user.empty()) mistakes.add(file->line, "password_file is there without a user; add user = \"herd\"");
  }
  if (const auto file = section.string("ca", "\"ca.pem\"")) {
    config.authorities = (folder / file->value).lexically_normal();
    if (!config.is_tls) mistakes.add(file->line, "ca is for TLS only; write mqtts:// before the broker");
  }
  for (auto& server : section.strings("servers", "[\"Riley\"]")) {
    if (std::ranges::find(servers, server.value) == servers.end()) {
      mistakes.add(server.line, "servers of [mqtt] names " + in_quotes(server.value) +
                                    ", which is no server of this herd; " + did_you_mean(server.value, servers));
    }
    config.servers.push_back(std::move(server.value));
  }
  config.is_persistent = section.boolean("persistent").value_or(false);
  if (auto publish = section.string("publish", "\"owntracks/{client}\"")) {
    if (!is_template(publish->value)) {
      mistakes.add(publish->line, "publish is " + in_quotes(publish->value) +
                                      "; it must be a topic with {client} once and without + and #, such as "
                                      "\"owntracks/{client}\"");
    }
    config.publish = std::move(publish->value);
  }
  if (config.topics.empty() && config.publish.empty()) {
    mistakes.add(section.line(), "[mqtt] hears nothing and says nothing; add topics = [\"owntracks/+/+\"]");
  }
  return config;
}

Result<MqttPassword> read_password(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(password_bytes_max + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in && !in.eof()) {
    return Error{file.string() + ": cannot be read: " + std::strerror(errno) +
                 "; put the password of the broker's user into it"};
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  if (text.empty() || text.size() > password_bytes_max ||
      text.find_first_of(std::string_view("\n\r\0", 3)) != std::string::npos) {
    return Error{file.string() + ": holds no password; it must be one line of at most 1024 bytes"};
  }
  MqttPassword password{std::move(text), {}};
  struct stat status{};
  if (::stat(file.c_str(), &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    password.warning = file.string() + ": other users of this machine can read it, and whoever has the password can " +
                       "pass for the herd at the broker; chmod 600 it";
  }
  return password;
}

Result<std::string> check_mqtt_files(const MqttConfig& config) {
  std::string warning;
  if (config.password_file) {
    auto password = read_password(*config.password_file);
    if (!password) return password.error();
    warning = std::move(password->warning);
  }
  if (!config.authorities.empty()) {
    if (const auto checked = net::HttpsClient::check_authorities(config.authorities); !checked) return checked.error();
  }
  return {boost::system::in_place_value, std::move(warning)};  // an Error could be made of it too
}

}  // namespace herd::node
