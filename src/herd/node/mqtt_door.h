#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "herd/net/mqtt_client.h"
#include "herd/node/mqtt_config.h"
#include "herd/node/mqtt_publisher.h"
#include "herd/protocols/herd.h"
#include "herd/protocols/phone_report.h"

namespace herd::node {

/// What happened since the start.
struct MqttStatus {
  net::MqttClientCounters client;
  std::uint64_t reports = 0;    ///< taken
  std::uint64_t refused = 0;    ///< reports for which there was no room, or that came too often
  std::uint64_t broken = 0;     ///< payloads
  std::uint64_t forgotten = 0;  ///< MqttPublisher::forgotten()
};

/// Hears OwnTracks' messages from a broker, brings what they say to the herd, and tells the broker, if it is to, what
/// this server heard otherwise.
class MqttDoor {
 public:
  /// Longer payloads are not looked at.
  static constexpr std::size_t payload_bytes_max = 64 * 1024;
  /// A broken payload is logged no more often.
  static constexpr Duration log_every = 10 * second;

  /// `herd`, `store` and `log` outlive it. `on_reports` is called after each report, on a thread of the client's.
  /// Throws std::runtime_error if the configuration cannot be used: no password in the file, say.
  MqttDoor(const MqttConfig& config, const std::string& herd_name, protocols::Herd& herd,
           const store::RecordStore& store, net::LogFile& log, std::function<void()> on_reports);

  /// To be called each `publish_every`, by one thread.
  static constexpr Duration publish_every = MqttPublisher::publish_every;
  void publish_changes() {
    if (publisher_) publisher_->publish_changes();
  }

  MqttStatus status() const;

 private:
  MqttPublisher::Outbox outbox();
  void on_message(const net::MqttClient::Message& message);
  /// What is wrong with it; empty if nothing is.
  std::string take(const net::MqttClient::Message& message, Time now);
  void tell_broken(std::string_view topic, const std::string& reason);

  protocols::Herd& herd_;
  net::LogFile& log_;
  const std::function<void()> on_reports_;

  // Of the client's thread alone.
  protocols::PhoneReport report_;
  Time logged_at_ = -log_every;
  std::uint64_t unlogged_ = 0;

  std::unique_ptr<MqttPublisher> publisher_;  // null: nothing is published
  std::atomic<std::uint64_t> reports_ = 0;
  std::atomic<std::uint64_t> refused_ = 0;
  std::atomic<std::uint64_t> broken_ = 0;
  net::MqttClient client_;  // the last: its thread uses all of the above
};

}  // namespace herd::node
