#include <utility>

#include "herd/base/text.h"
#include "herd/live/live_feed.h"

/// What subscribers are told; docs/live.md has the form of it.
namespace herd::live {

LiveMessage LiveFeed::snapshot_part(Id id) {
  auto& subscriber = subscribers_[id];
  json_ = R"({"type":"snapshot","part":)";
  append_number(json_, std::uint64_t{++subscriber.snapshot_part});
  json_ += R"(,"clients":)";
  char before = '[';
  while (!subscriber.snapshot.empty() && json_.size() < message_bytes) {
    const auto client = subscriber.snapshot.back();
    subscriber.snapshot.pop_back();
    const auto text = changes_.text(client);
    const auto place = changes_.clients().find(client);
    // Whoever left meanwhile is pending.
    if (!place || !grid_.contains(id, *place)) continue;
    json_ += std::exchange(before, ',');
    json_ += text.json;
  }
  if (before == '[') json_ += '[';
  json_ += ']';
  if (!subscriber.snapshot.empty()) {
    json_ += '}';
    return message(LiveMessage::Kind::snapshot, subscriber, std::nullopt);
  }
  std::vector<ClientId>().swap(subscriber.snapshot);
  subscriber.has_snapshot = false;
  json_ += subscriber.is_snapshot_complete ? R"(,"complete":true})" : R"(,"complete":false})";
  return message(LiveMessage::Kind::snapshot, subscriber, subscriber.snapshot_changes);
}

LiveMessage LiveFeed::batch(Id id) {
  auto& subscriber = subscribers_[id];
  subscriber.pending.take(taken_);
  json_ = R"({"type":"changes","moved":)";
  left_.clear();
  char before = '[';
  std::size_t told = 0;
  while (told < taken_.size() && json_.size() + left_.size() < message_bytes) {
    const auto client = taken_[told++];
    const auto text = changes_.text(client);
    const auto place = changes_.clients().find(client);
    if (place && grid_.contains(id, *place)) {
      json_ += std::exchange(before, ',');
      json_ += text.json;
    } else {
      left_ += left_.empty() ? '[' : ',';
      left_ += text.name;
    }
  }
  if (before == '[') json_ += '[';
  json_ += R"(],"left":)";
  if (left_.empty()) left_ += '[';
  json_ += left_;
  json_ += "]}";
  ++counters_.batches;
  counters_.told += told;

  const bool is_all = told == taken_.size() && subscriber.pending.is_empty();
  for (; told < taken_.size(); ++told) subscriber.pending.add(taken_[told]);
  subscriber.told_at = now_;
  // A long batch goes on at once.
  if (is_all) subscriber.is_scheduled = subscriber.is_due = false;
  return message(LiveMessage::Kind::changes, subscriber,
                 is_all ? std::optional(changes_.clients().changes()) : std::nullopt);
}

LiveMessage LiveFeed::message(LiveMessage::Kind kind, const LiveSubscriber& subscriber,
                              std::optional<std::uint64_t> position) {
  if (kind == LiveMessage::Kind::beat) json_.clear();
  token_.clear();
  if (position) {
    append_history(token_, *subscriber.grant);
    append_number(token_, *position);
  }
  return {kind, json_, token_};
}

}  // namespace herd::live
