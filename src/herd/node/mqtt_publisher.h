#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "herd/base/time.h"
#include "herd/node/mqtt_config.h"
#include "herd/store/follower.h"
#include "herd/store/record_store.h"

namespace herd::node {

/// Tells a broker where the clients are that this server heard, but not by that broker, and takes back what was told of
/// those that are forgotten: one more follower of the change log. What still waits for the broker is withdrawn once
/// another server that publishes, or the broker, told of the client: published later, it would undo what is newer.
class MqttPublisher {
 public:
  /// How often changes are published: no client more often.
  static constexpr Duration publish_every = 100 * millisecond;
  /// So many clients that the broker told of are remembered. With one more all are forgotten, and some may be told back
  /// to it, once.
  static constexpr std::size_t heard_max = 1'000'000;

  /// The way to the broker, net::MqttClient's.
  struct Outbox {
    /// An empty payload takes back what is retained.
    std::function<void(std::string topic, std::string payload)> publish;
    std::function<void(const std::string& topic)> withdraw;
    std::function<bool()> is_idle;  ///< there is nothing to withdraw
  };

  /// The configuration says where to publish. The store outlives it.
  MqttPublisher(MqttConfig config, std::string_view herd, std::string_view server, const store::RecordStore& store,
                Outbox outbox);

  /// Publishes what changed, as far as a few milliseconds allow. From one thread.
  void publish_changes();

  /// The broker told where the client was at that time; from any thread.
  void heard(std::string_view client, Time client_time);

  /// How often all that the broker told of was forgotten; from any thread.
  std::uint64_t forgotten() const { return forgotten_.load(std::memory_order_relaxed); }

  /// Whether a payload is one of those that the servers of this herd publish: to hear them would be a loop.
  bool is_own(std::string_view payload) const { return payload.ends_with(mark_); }

 private:
  void publish(const store::Sighting& sighting);
  std::string topic_of(std::string_view client) const;
  bool was_heard(const wire::Record& record);

  const MqttConfig config_;
  const std::string mark_;
  const std::string server_;
  const store::RecordStore& store_;
  const Outbox outbox_;
  std::vector<store::Follower> followers_;
  std::atomic<std::uint64_t> forgotten_ = 0;
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, Time> heard_;  // by hash of the client
};

}  // namespace herd::node
