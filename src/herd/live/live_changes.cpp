#include "herd/live/live_changes.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <utility>

#include "herd/base/text.h"

namespace herd::live {
namespace {

/// A partition is not kept from those who report for longer than so many looks at slots take.
constexpr std::size_t looks_at_once = 16;

constexpr std::size_t work_of_text = 8;
constexpr std::size_t told_per_work = 4;

/// Feeds of one process may begin in the same nanosecond.
std::uint64_t next_feed() {
  static std::atomic<std::uint64_t> feeds = 0;
  return ++feeds;
}

void append_hexadecimal(std::string& out, std::uint64_t number) {
  std::array<char, 16> digits;
  out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr);
}

}  // namespace

LiveChanges::LiveChanges(const store::RecordStore& store, OnChange on_change)
    : store_(store), on_change_(std::move(on_change)) {}

void LiveChanges::begin(Time now) {
  if (is_near()) return;
  life_.clear();
  append_hexadecimal(life_, static_cast<std::uint64_t>(now));
  life_ += '.';
  append_number(life_, next_feed());
  followers_.assign(store_.size(), store::Follower(store::Follower::Pace::drains));
  for (std::size_t i = 0; i < followers_.size(); ++i) followers_[i].resume(store_.sequence(i));
  clients_ = {};
  texts_ = {};
}

bool LiveChanges::is_near() const {
  if (followers_.empty()) return false;
  store::Sequence missed = 0;
  for (std::size_t i = 0; i < followers_.size(); ++i) {
    const auto position = followers_[i].position();
    if (!position) return false;
    missed += store_.sequence(i) - *position;
  }
  return missed <= LiveClients::changes_max;
}

void LiveChanges::read() {
  auto looks_left = store::Follower::looks_per_turn;
  work_ = 0;
  for (std::size_t i = 0; i < followers_.size(); ++i) {
    auto& follower = followers_[next_partition_];
    while (!follower.is_caught_up(store_.sequence(next_partition_))) {
      if (looks_left == 0 || work_ >= work_per_read) return;
      auto looks = std::min(looks_left, looks_at_once);
      looks_left -= looks;
      const auto before = looks;
      follower.read(*store_.open(next_partition_), store::Reader{}, looks, [&](const store::Partition::Held& held) {
        see(static_cast<Id>(held.slot * followers_.size() + next_partition_), held);
        return true;
      });
      take_seen();
      work_ += before - looks;
      looks_left += looks;
    }
    next_partition_ = (next_partition_ + 1) % followers_.size();
  }
}

void LiveChanges::see(Id id, const store::Partition::Held& held) {
  const auto client = held.client();
  texts_.drop(id);
  seen_.push_back({id, place_of(held), client.size()});
  seen_clients_ += client;
}

void LiveChanges::take_seen() {
  std::string_view clients = seen_clients_;
  for (const auto& [id, now, client_size] : seen_) {
    const auto told = on_change_({id, clients_.note(id, now), now, clients.substr(0, client_size)});
    clients.remove_prefix(client_size);
    if (told > 0) work_ += work_of_text + told / told_per_work;
  }
  seen_.clear();
  seen_clients_.clear();
}

void LiveChanges::refresh(Id id) {
  {
    const auto partition = store_.open(partition_of(id));
    const auto held = partition->held(slot_of(id));
    if (place_of(held) != clients_.find(id)) see(id, held);
  }
  take_seen();
}

std::optional<LiveChanges::Id> LiveChanges::id_of(std::string_view client) const {
  const auto slot = store_.slot_of(client);
  if (!slot) return std::nullopt;
  return static_cast<Id>(*slot * followers_.size() + store_.partition_of(client));
}

std::string LiveChanges::client_of(Id id) const {
  return std::string(store_.open(partition_of(id))->held(slot_of(id)).client());
}

ClientTexts::Text LiveChanges::text(Id id) {
  if (const auto made = texts_.find(id)) return *made;
  {
    const auto partition = store_.open(partition_of(id));
    const auto held = partition->held(slot_of(id));
    if (place_of(held) != clients_.find(id)) see(id, held);
    texts_.put(id, held);
  }
  take_seen();
  return *texts_.find(id);
}

}  // namespace herd::live
