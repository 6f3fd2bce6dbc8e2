#include "herd/node/mqtt_publisher.h"

#include <algorithm>
#include <utility>

#include "herd/protocols/phone_report.h"
#include "herd/trackers/owntracks.h"

namespace herd::node {
namespace {

constexpr std::string_view placeholder = "{client}";
constexpr std::size_t looks_at_once = 4096;

/// The end of each payload: apps pass over members that they do not know.
std::string mark_of(std::string_view herd) {
  return R"(,"proxyherd":")" + std::string(herd) + "\"}";
}

}  // namespace

MqttPublisher::MqttPublisher(MqttConfig config, std::string_view herd, std::string_view server,
                             const store::RecordStore& store, Outbox outbox)
    : config_(std::move(config)),
      mark_(mark_of(herd)),
      server_(server),
      store_(store),
      outbox_(std::move(outbox)),
      followers_(store.size(), store::Follower(store::Follower::Pace::drains)) {}

void MqttPublisher::publish_changes() {
  std::vector<store::Sighting> changed;
  std::vector<std::string> forgotten;
  std::vector<std::string> told_by_others;
  const bool is_idle = outbox_.is_idle();
  for (std::size_t partition = 0; partition < followers_.size(); ++partition) {
    auto& follower = followers_[partition];
    if (follower.is_caught_up(store_.sequence(partition))) continue;
    auto looks = looks_at_once;
    follower.read(*store_.open(partition), store::Reader{}, looks, [&](const store::Partition::Held& held) {
      if (held.is_tombstone()) {
        // Whoever was told to forget it: who published it is not known any more.
        forgotten.emplace_back(held.client());
        return true;
      }
      const auto record = held.record();
      if (record.server != server_) {
        if (!is_idle && config_.is_for(record.server)) told_by_others.emplace_back(record.client);
        return true;
      }
      auto& sighting = changed.emplace_back(store::Sighting{{}, std::string(held.attributes())});
      wire::append_line(sighting.line, record);
      return true;
    });
  }
  for (const auto& sighting : changed) publish(sighting);
  for (const auto& client : forgotten) outbox_.publish(topic_of(client), {});
  for (const auto& client : told_by_others) outbox_.withdraw(topic_of(client));
}

void MqttPublisher::publish(const store::Sighting& sighting) {
  const auto record = sighting.record();
  if (was_heard(record)) return outbox_.withdraw(topic_of(record.client));
  const auto named = trackers::owntracks_name(record.client);
  const auto id = protocols::decode_client(record.client);
  std::string payload;
  trackers::append_owntracks_location(payload, named ? *named : trackers::OwnTracksName{"herd", id}, sighting);
  payload.replace(payload.size() - 1, 1, mark_);
  outbox_.publish(topic_of(record.client), std::move(payload));
}

std::string MqttPublisher::topic_of(std::string_view client) const {
  auto topic = config_.publish;
  topic.replace(topic.find(placeholder), placeholder.size(), protocols::decode_client(client));
  return topic;
}

void MqttPublisher::heard(std::string_view client, Time client_time) {
  const auto hash = store_.hash().client(client);
  const std::scoped_lock lock(mutex_);
  if (heard_.size() >= heard_max && !heard_.contains(hash)) {
    heard_.clear();
    forgotten_.fetch_add(1, std::memory_order_relaxed);
  }
  auto& newest = heard_[hash];
  newest = std::max(newest, client_time);
}

bool MqttPublisher::was_heard(const wire::Record& record) {
  const std::scoped_lock lock(mutex_);
  const auto found = heard_.find(store_.hash().client(record.client));
  return found != heard_.end() && found->second >= record.client_time;
}

}  // namespace herd::node
