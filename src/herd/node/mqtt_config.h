#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "herd/node/endpoint.h"
#include "herd/node/toml_section.h"

namespace herd::node {

/// What [mqtt] says of the broker whose messages the herd hears.
struct MqttConfig {
  Endpoint broker;
  bool is_tls = false;
  std::vector<std::string> topics;
  std::string user;
  std::optional<std::filesystem::path> password_file;
  std::filesystem::path authorities;  ///< ca: PEM; empty: those that the system trusts
  std::vector<std::string> servers;   ///< which of the herd's servers connect; empty: all
  bool is_persistent = false;         ///< the broker keeps what comes while a server is away
  std::string publish;                ///< topic with {client}; empty: nothing is published

  friend bool operator==(const MqttConfig&, const MqttConfig&) = default;

  bool is_for(std::string_view server) const;
};

/// The keys of [mqtt].
const std::vector<std::string>& mqtt_keys();

/// Adds what is wrong with the section to `mistakes`. `folder` is that of the file, `servers` are the ids of the herd.
MqttConfig read_mqtt(const TomlSection& section, const std::filesystem::path& folder,
                     const std::vector<std::string>& servers, Mistakes& mistakes);

/// "127.0.0.1:1883", "mqtt://host:1883" or "mqtts://host:8883"; the port may be left out after a scheme. Sets the
/// broker and whether it is TLS. The error says what would be right.
Result<void> parse_broker(std::string_view text, MqttConfig& config);

struct MqttPassword {
  std::string text;
  std::string warning;  ///< of its file; empty: there is nothing to warn of
};

/// The one line of the password file. The error names the file and does not repeat what it holds.
Result<MqttPassword> read_password(const std::filesystem::path& file);

/// Looks at the files that [mqtt] names, as a server does at its start. What to warn of; empty: nothing. The error
/// names the file and what to do.
Result<std::string> check_mqtt_files(const MqttConfig& config);

}  // namespace herd::node
