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
#include "herd/store/follower.h"
#include "herd/store/record_store.h"

namespace herd::node {

/// Tells a broker where the clients are that this server heard, but not by that broker, and takes back what was told of
/// those that are forgotten: one more follower of the change log.
class MqttPublisher {
 public:
  /// How often changes are published: no client more often.
  static constexpr Duration publish_every = 100 * millisecond;
  /// So many clients that the broker told of are remembered. With one more all are forgotten, and some may be told back
  /// to it, once.
  static constexpr std::size_t heard_max = 1'000'000;

  /// An empty payload takes back what is retained.
  using Publish = std::function<void(std::string topic, std::string payload)>;

  /// `topic` is a template with {client}. The store outlives it.
  MqttPublisher(std::string topic, std::string_view herd, std::string_view server, const store::RecordStore& store,
                Publish publish);

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

  const std::string topic_;
  const std::string mark_;
  const std::string server_;
  const store::RecordStore& store_;
  const Publish publish_;
  std::vector<store::Follower> followers_;
  std::atomic<std::uint64_t> forgotten_ = 0;
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, Time> heard_;  // by hash of the client
};

}  // namespace herd::node
